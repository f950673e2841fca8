package io.nexus.statemachine.model;

import java.util.HexFormat;
import java.util.regex.Pattern;

/** DHCPv6 client identifiers (RFC 8415): 1 to 128 octets in hex. */
public final class Duids {
    public static final int OCTETS_MAX = 128;

    private static final Pattern PLAIN = Pattern.compile("(?:\\p{XDigit}{2})+");
    private static final Pattern COLONS = Pattern.compile("\\p{XDigit}{2}(?::\\p{XDigit}{2})*");
    private static final HexFormat CANONICAL = HexFormat.ofDelimiter(":");

    private Duids() {}

    /** Two hex digits an octet in either case, all or none of them set apart by colons. */
    public static Parsed<byte[]> parse(String text) {
        if (text.length() > 3 * OCTETS_MAX) {
            return Parsed.bad("%s has more than %d octets", Quoted.of(text), OCTETS_MAX);
        }
        if (!PLAIN.matcher(text).matches() && !COLONS.matcher(text).matches()) {
            return Parsed.bad(
                    "%s is not a DUID: write two hexadecimal digits an octet, such as 00:03:00:01:aa:bb:cc:dd:ee:ff",
                    Quoted.of(text));
        }
        byte[] octets = HexFormat.of().parseHex(text.replace(":", ""));
        return octets.length <= OCTETS_MAX
                ? Parsed.ok(octets)
                : Parsed.bad("%s has %d octets, at most %d are possible", Quoted.of(text), octets.length, OCTETS_MAX);
    }

    /** Lower case with colons; the empty text for no octets. */
    public static String format(byte[] octets) {
        return CANONICAL.formatHex(octets);
    }
}
