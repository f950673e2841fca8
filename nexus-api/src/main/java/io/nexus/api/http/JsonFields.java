package io.nexus.api.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.nexus.api.error.Problem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The JSON object of a request. Strict about types, so that a slip shows; fields that nobody asks for are ignored. A
 * missing field and null mean the same. What is wrong is a {@code ProblemException} that names the field.
 */
final class JsonFields {
    private static final int DEPTH_MAX = 32;
    private static final int NUMBER_LENGTH_MAX = 32;
    private static final String BODY = "body";
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEPTH_MAX)
                            .maxNumberLength(NUMBER_LENGTH_MAX)
                            .build())
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final JsonNode object;

    private JsonFields(JsonNode object) {
        this.object = object;
    }

    static JsonFields parse(byte[] body) {
        JsonNode node;
        try {
            node = MAPPER.readTree(body);
        } catch (StreamConstraintsException e) {
            throw wrong(
                    BODY, "JSON is nested deeper than %d or has a number longer than %d", DEPTH_MAX, NUMBER_LENGTH_MAX);
        } catch (JsonProcessingException e) {
            throw wrong(BODY, "is not one valid JSON object: %s", where(e));
        } catch (IOException e) {
            throw wrong(BODY, "is not one valid JSON object");
        }
        if (node.isMissingNode()) {
            throw wrong(BODY, "is empty: a JSON object is expected");
        }
        if (!node.isObject()) {
            throw wrong(BODY, "is %s: a JSON object is expected", kind(node));
        }
        return new JsonFields(node);
    }

    /** Empty if it is missing. */
    String text(String field) {
        JsonNode node = object.path(field);
        return absent(node) ? "" : text(field, node);
    }

    List<String> texts(String field) {
        JsonNode node = object.path(field);
        List<String> texts = new ArrayList<>();
        if (!absent(node)) {
            require(node.isArray(), field, "an array of texts", node);
            node.forEach(element -> texts.add(text(field, element)));
        }
        return texts;
    }

    Map<String, String> textByName(String field) {
        JsonNode node = object.path(field);
        Map<String, String> texts = new TreeMap<>();
        if (!absent(node)) {
            require(node.isObject(), field, "an object of texts", node);
            node.properties().forEach(entry -> texts.put(entry.getKey(), text(field, entry.getValue())));
        }
        return texts;
    }

    /** 0 if it is missing. */
    long whole(String field) {
        JsonNode node = object.path(field);
        if (absent(node)) {
            return 0;
        }
        require(node.isIntegralNumber(), field, "a whole number", node);
        if (!node.canConvertToLong()) {
            throw wrong(field, "%s is too large", node.asText());
        }
        return node.longValue();
    }

    /** The names of the fields that are there, null or not. */
    Set<String> names() {
        Set<String> names = new TreeSet<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** False if it is missing. */
    boolean flag(String field) {
        JsonNode node = object.path(field);
        require(absent(node) || node.isBoolean(), field, "true or false", node);
        return node.asBoolean();
    }

    /** Null if it is missing. */
    @Nullable
    Long wholeIfGiven(String field) {
        return absent(object.path(field)) ? null : whole(field);
    }

    /** 0 if it is missing. */
    long whole(String field, long min, long max) {
        long value = whole(field);
        if (value < min || value > max) {
            throw wrong(field, "%d is not between %d and %d", value, min, max);
        }
        return value;
    }

    private static String text(String field, JsonNode node) {
        require(node.isTextual(), field, "a text", node);
        return node.textValue();
    }

    private static boolean absent(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }

    private static void require(boolean holds, String field, String expected, JsonNode node) {
        if (!holds) {
            throw wrong(field, "must be %s, not %s", expected, kind(node));
        }
    }

    private static RuntimeException wrong(String field, String format, Object... args) {
        return Problem.field(field, format, args).exception();
    }

    private static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case ARRAY -> "an array";
            case BOOLEAN -> "true or false";
            case NUMBER -> node.isIntegralNumber() ? "a number" : "a fraction";
            case OBJECT -> "an object";
            case STRING -> "a text";
            case NULL -> "null";
            case BINARY, MISSING, POJO -> "something else";
        };
    }

    private static String where(JsonProcessingException e) {
        String what = e.getOriginalMessage().startsWith("Duplicate field") ? "a field is there twice, " : "";
        return e.getLocation() == null
                ? what + "at its end"
                : what + "line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr();
    }
}
