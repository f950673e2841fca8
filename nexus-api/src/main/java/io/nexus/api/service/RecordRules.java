package io.nexus.api.service;

import io.nexus.api.error.Problem;
import io.nexus.statemachine.model.Ids;
import io.nexus.statemachine.model.Macs;
import io.nexus.statemachine.model.Parsed;
import io.nexus.statemachine.model.Reason;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a record may contain. Everything wrong is a {@code ProblemException} that names the field. Pure. */
final class RecordRules {
    static final int TEXT_MAX = 256;
    static final int ENTRIES_MAX = 64;
    static final int NAME_MAX = 64;
    static final int VALUE_MAX = 1_024;
    /** So that the longest page fits in one message. */
    static final int RECORD_BYTES_MAX = 8 << 10;

    static final int PAGE_MAX = 1_000;
    static final int PAGE = 100;

    private RecordRules() {}

    static String id(String id) {
        String problem = Ids.subscriberProblem(id);
        if (problem != null) {
            throw wrong("id", "%s", problem);
        }
        return id;
    }

    /** Without what says nothing: empty texts and maps, zeros. */
    static Map<String, Object> fields(RecordKind kind, Map<String, Object> given) {
        Map<String, Object> kept = new TreeMap<>();
        for (RecordField field : kind.fields()) {
            Object value = given.get(field.name());
            Object checked = value == null ? null : checked(field, value);
            if (checked != null) {
                kept.put(field.name(), checked);
            }
        }
        return kept;
    }

    private static @Nullable Object checked(RecordField field, Object value) {
        return switch (field.type()) {
            case TEXT -> text(field.name(), (String) value, TEXT_MAX);
            case MAC -> mac((String) value);
            case COUNT, TIME -> number(field.name(), (Long) value);
            case MAP -> map(field.name(), (Map<?, ?>) value);
        };
    }

    private static @Nullable String text(String field, String text, int max) {
        if (text.length() > max) {
            throw wrong(field, "has %d characters, at most %d are possible", text.length(), max);
        }
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw wrong(field, "has a control character");
        }
        return text.isEmpty() ? null : text;
    }

    private static @Nullable String mac(String text) {
        if (text.isEmpty()) {
            return null;
        }
        Parsed<byte[]> parsed = Macs.parse(text);
        if (!parsed.isOk()) {
            throw wrong("mac", "%s", parsed.problem());
        }
        return Macs.format(parsed.get());
    }

    private static @Nullable Long number(String field, long number) {
        if (number < 0) {
            throw wrong(field, "%d is negative", number);
        }
        return number == 0 ? null : number;
    }

    private static @Nullable Map<String, String> map(String field, Map<?, ?> entries) {
        if (entries.size() > ENTRIES_MAX) {
            throw wrong(field, "has %d entries, at most %d are possible", entries.size(), ENTRIES_MAX);
        }
        Map<String, String> kept = new TreeMap<>();
        entries.forEach((name, value) -> {
            String key = text(field, String.valueOf(name), NAME_MAX);
            if (key == null) {
                throw wrong(field, "has an entry without a name");
            }
            String text = text(field, String.valueOf(value), VALUE_MAX);
            kept.put(key, text == null ? "" : text);
        });
        return kept.isEmpty() ? null : kept;
    }

    static byte[] encoded(Map<String, Object> fields) {
        byte[] value = RecordValues.encode(fields);
        if (value.length > RECORD_BYTES_MAX) {
            throw Problem.of(
                            Reason.MESSAGE_TOO_LARGE,
                            "the record has %d bytes as JSON, at most %d are possible",
                            value.length,
                            RECORD_BYTES_MAX)
                    .exception();
        }
        return value;
    }

    static int limit(long limit) {
        if (limit < 0 || limit > PAGE_MAX) {
            throw wrong("limit", "%d is not between 1 and %d", limit, PAGE_MAX);
        }
        return limit == 0 ? PAGE : (int) limit;
    }

    private static RuntimeException wrong(String field, String format, @Nullable Object... args) {
        return Problem.field(field, format, args).exception();
    }
}
