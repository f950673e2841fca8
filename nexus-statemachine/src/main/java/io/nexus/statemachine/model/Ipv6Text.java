package io.nexus.statemachine.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Groups of hexadecimal digits; written as RFC 5952 says, read as RFC 4291 2.2 says, less IPv4-mapped addresses. */
final class Ipv6Text {
    private static final int GROUPS = 8;

    private Ipv6Text() {}

    /* --------------- format --------------- */

    static String format(long hi, long lo) {
        int[] run = longestZeroRun(hi, lo);
        StringBuilder text = new StringBuilder(39);
        for (int i = 0; i < GROUPS; i++) {
            if (i == run[0]) {
                text.append("::");
                i += run[1] - 1;
                continue;
            }
            if (i > 0 && i != run[0] + run[1]) {
                text.append(':');
            }
            text.append(Integer.toHexString(group(hi, lo, i)));
        }
        return text.toString();
    }

    /** Start and length of the first longest run of zero groups; a single zero group is not shortened: start -1. */
    private static int[] longestZeroRun(long hi, long lo) {
        int[] longest = {-1, 1};
        int start = 0;
        for (int i = 0; i < GROUPS; i++) {
            if (group(hi, lo, i) != 0) {
                start = i + 1;
            } else if (i + 1 - start > longest[1]) {
                longest[0] = start;
                longest[1] = i + 1 - start;
            }
        }
        return longest;
    }

    private static int group(long hi, long lo, int i) {
        return (int) ((i < 4 ? hi : lo) >>> (48 - 16 * (i & 3))) & 0xffff;
    }

    /* --------------- parse --------------- */

    static Parsed<Prefix> parse(String text) {
        int gap = text.indexOf("::");
        if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
            return bad(text, "'::' may stand in it once");
        }
        List<Integer> groups = new ArrayList<>(GROUPS);
        String problem = addGroups(gap < 0 ? text : text.substring(0, gap), gap < 0, groups);
        int before = groups.size();
        if (problem == null && gap >= 0) {
            problem = addGroups(text.substring(gap + 2), true, groups);
        }
        if (problem != null) {
            return bad(text, problem);
        }
        if (gap < 0 ? groups.size() != GROUPS : groups.size() >= GROUPS) {
            return bad(
                    text,
                    groups.size() + " groups" + (gap < 0 ? " instead of 8" : " beside '::' leave no room for it"));
        }
        while (groups.size() < GROUPS) {
            groups.add(before, 0);
        }
        return checked(text, join(groups, 0), join(groups, 4));
    }

    /** @return what is wrong, or null */
    private static @Nullable String addGroups(String side, boolean mayEndDotted, List<Integer> groups) {
        if (side.isEmpty()) {
            return null;
        }
        String[] parts = side.split(":", -1);
        for (int i = 0; i < parts.length; i++) {
            String part = parts[i];
            if (mayEndDotted && i == parts.length - 1 && part.indexOf('.') >= 0) {
                Parsed<Prefix> dotted = Ipv4Text.parse(part);
                if (!dotted.isOk()) {
                    return dotted.problem();
                }
                groups.add((int) (dotted.get().lo() >>> 16));
                groups.add((int) (dotted.get().lo() & 0xffff));
            } else if (isGroup(part)) {
                groups.add(Integer.parseInt(part, 16));
            } else {
                return Quoted.of(part) + " is not a group of 1 to 4 hexadecimal digits";
            }
        }
        return null;
    }

    private static boolean isGroup(String part) {
        return !part.isEmpty()
                && part.length() <= 4
                && part.chars().allMatch(c -> c < 0x80 && Character.digit(c, 16) >= 0);
    }

    private static long join(List<Integer> groups, int from) {
        long bits = 0;
        for (int i = from; i < from + 4; i++) {
            bits = bits << 16 | groups.get(i);
        }
        return bits;
    }

    private static Parsed<Prefix> checked(String text, long hi, long lo) {
        if (hi == 0 && lo >>> 32 == 0xffff) {
            return Parsed.bad(
                    "%s is an IPv4-mapped IPv6 address: write the IPv4 address %s",
                    Quoted.of(text), Ipv4Text.format(lo & 0xffff_ffffL));
        }
        return Parsed.ok(new Prefix(Family.IPV6, hi, lo, 128));
    }

    private static Parsed<Prefix> bad(String text, String why) {
        return Parsed.bad("%s is not an IPv6 address: %s", Quoted.of(text), why);
    }
}
