package io.nexus.api.config;

import io.nexus.statemachine.model.Parsed;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A type of value with its range: from text to a value, or to a sentence that says what is expected.
 *
 * @param description for the reference, with the range
 * @param list several values: a sequence in the file, separated by commas in the environment
 * @param number must be a plain number in the file
 * @param read one value; of a list one element
 */
public record ValueKind(String description, boolean list, boolean number, Function<String, Parsed<Object>> read) {
    private static final int PEER_PORT = 9002;
    private static final Pattern AMOUNT = Pattern.compile("([0-9]{1,12})([A-Za-z]+)");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,127}");
    private static final Map<String, Long> MILLIS = Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L);
    private static final Map<String, Long> BYTES =
            new TreeMap<>(Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30));

    /** Reads the text of the environment or of a default; a list becomes a list of values. */
    Parsed<Object> parse(String text) {
        if (!list) {
            return read.apply(text.strip());
        }
        List<Object> values = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            if (!part.isBlank()) {
                Parsed<Object> reading = read.apply(part.strip());
                if (!reading.isOk()) {
                    return reading;
                }
                values.add(reading.get());
            }
        }
        return Parsed.ok(List.copyOf(values));
    }

    static ValueKind name() {
        return text("letters, digits and . _ : -, at most 128", NAME);
    }

    static ValueKind host() {
        return new ValueKind(
                "host name or IP address",
                false,
                false,
                text -> text.isEmpty() || HostPort.isHost(text)
                        ? Parsed.ok(text)
                        : expected("a host name or IP address without port", text));
    }

    static ValueKind path() {
        return new ValueKind("path of a directory", false, false, text -> {
            try {
                return text.isEmpty() ? expected("a path", text) : Parsed.ok(Path.of(text));
            } catch (InvalidPathException e) {
                return expected("a path", text);
            }
        });
    }

    /** Where to listen: the host may be missing, which means all interfaces; port 0 means any free one. */
    static ValueKind bind() {
        return new ValueKind("host:port or :port", false, false, text -> {
            HostPort address = HostPort.parse(text, 0);
            return address != null ? Parsed.ok(address) : expected("an address like :9000 or 10.0.0.1:9000", text);
        });
    }

    /** Where the other nodes come to: they must be told the port before it is open. */
    static ValueKind fixedBind() {
        return new ValueKind("host:port or :port, port from 1", false, false, text -> {
            HostPort address = HostPort.parse(text, 1);
            return address != null
                    ? Parsed.ok(address)
                    : expected("an address like :9002 or 10.0.0.1:9002, with a port from 1", text);
        });
    }

    /** Without a port the peer port is meant. */
    static ValueKind peers() {
        return new ValueKind("list of host:port or host", true, false, text -> {
            HostPort address = HostPort.isHost(text) ? new HostPort(text, PEER_PORT) : HostPort.parse(text, 1);
            return address != null && !address.host().isEmpty()
                    ? Parsed.ok(address)
                    : expected("an address like nexus-1.nexus:9002", text);
        });
    }

    static ValueKind count(int min, int max) {
        String range = "whole number from " + min + " to " + max;
        return new ValueKind(range, false, true, text -> {
            boolean digits = text.matches("-?[0-9]{1,9}");
            int value = digits ? Integer.parseInt(text) : 0;
            return digits && value >= min && value <= max ? Parsed.ok(value) : expected("a " + range, text);
        });
    }

    static ValueKind duration(String min, String max) {
        long minMillis = amount(min, MILLIS);
        long maxMillis = amount(max, MILLIS);
        return new ValueKind("duration from " + min + " to " + max, false, false, text -> {
            long millis = amount(text, MILLIS);
            if (millis < 0) {
                return expected("a duration like 5s (units ms, s, m, h)", text);
            }
            return millis >= minMillis && millis <= maxMillis
                    ? Parsed.ok(Duration.ofMillis(millis))
                    : expected("a duration from " + min + " to " + max, text);
        });
    }

    static ValueKind bytes(String min, String max) {
        long minBytes = amount(min, BYTES);
        long maxBytes = amount(max, BYTES);
        return new ValueKind("size from " + min + " to " + max, false, false, text -> {
            long size = amount(text, BYTES);
            if (size < 0) {
                return expected("a size like 64MiB (units B, KiB, MiB, GiB)", text);
            }
            return size >= minBytes && size <= maxBytes
                    ? Parsed.ok(size)
                    : expected("a size from " + min + " to " + max, text);
        });
    }

    private static ValueKind text(String description, Pattern pattern) {
        return new ValueKind(
                description,
                false,
                false,
                text -> text.isEmpty() || pattern.matcher(text).matches()
                        ? Parsed.ok(text)
                        : expected(description, text));
    }

    /** Number times unit; -1 if the text is not that. */
    private static long amount(String text, Map<String, Long> units) {
        Matcher matcher = AMOUNT.matcher(text);
        Long unit = matcher.matches() ? units.get(matcher.group(2)) : null;
        if (unit == null) {
            return -1;
        }
        long number = Long.parseLong(matcher.group(1));
        return number > Long.MAX_VALUE / unit ? Long.MAX_VALUE : number * unit;
    }

    private static Parsed<Object> expected(String what, String text) {
        return Parsed.bad("expected %s, got %s", what, quoted(text));
    }

    /** What the file or the environment says, cut short and without what could forge a line. */
    static String quoted(String text) {
        String shown = text.length() > 64 ? text.substring(0, 64) + "..." : text;
        return String.format(Locale.ROOT, "\"%s\"", shown.replaceAll("\\p{Cntrl}", "?"));
    }
}
