package io.nexus.statemachine.model;

import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/** Hardware addresses: six octets, written as {@code aa:bb:cc:dd:ee:ff}. */
public final class Macs {
    private static final Pattern PAIRS = Pattern.compile("\\p{XDigit}{2}([:-])\\p{XDigit}{2}(?:\\1\\p{XDigit}{2}){4}");
    private static final Pattern DOTTED = Pattern.compile("\\p{XDigit}{4}\\.\\p{XDigit}{4}\\.\\p{XDigit}{4}");
    private static final HexFormat CANONICAL = HexFormat.ofDelimiter(":");

    private Macs() {}

    /** Also reads {@code aa-bb-cc-dd-ee-ff} and {@code aabb.ccdd.eeff}, in either case. */
    public static Parsed<byte[]> parse(String text) {
        if (!PAIRS.matcher(text).matches() && !DOTTED.matcher(text).matches()) {
            return Parsed.bad("%s is not a MAC address: write aa:bb:cc:dd:ee:ff", Quoted.of(text));
        }
        return Parsed.ok(HexFormat.of().parseHex(text.replaceAll("[.:-]", "").toLowerCase(Locale.ROOT)));
    }

    /** Lower case with colons; the empty text for no octets. */
    public static String format(byte[] octets) {
        return CANONICAL.formatHex(octets);
    }
}
