package io.nexus.statemachine.model;

import java.util.Locale;

/** Dotted decimal, four numbers, nothing else. */
final class Ipv4Text {
    private Ipv4Text() {}

    static String format(long bits) {
        return (bits >>> 24 & 0xff) + "." + (bits >>> 16 & 0xff) + "." + (bits >>> 8 & 0xff) + "." + (bits & 0xff);
    }

    static Parsed<Prefix> parse(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return bad(text, "%d numbers instead of 4", parts.length);
        }
        long bits = 0;
        for (String part : parts) {
            if (!isNumber(part)) {
                return bad(text, "%s is not a number from 0 to 255", Quoted.of(part));
            }
            if (part.length() > 1 && part.charAt(0) == '0') {
                return bad(text, "%s has a leading zero, which some programs read as octal", Quoted.of(part));
            }
            int value = Integer.parseInt(part);
            if (value > 255) {
                return bad(text, "%d is larger than 255", value);
            }
            bits = bits << 8 | value;
        }
        return Parsed.ok(new Prefix(Family.IPV4, 0, bits, 32));
    }

    private static boolean isNumber(String part) {
        return !part.isEmpty() && part.length() <= 3 && part.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static Parsed<Prefix> bad(String text, String format, Object... args) {
        return Parsed.bad("%s is not an IPv4 address: %s", Quoted.of(text), String.format(Locale.ROOT, format, args));
    }
}
