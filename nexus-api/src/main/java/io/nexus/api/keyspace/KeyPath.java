package io.nexus.api.keyspace;

import io.nexus.api.error.Problem;
import io.nexus.api.error.ProblemException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A path of the key space, taken apart: {@code /nexus/pools/a%2Fb} is {@code [pools, a/b]}. In the text of an element
 * {@code /}, {@code %}, controls, blanks, {@code ?}, {@code #} and everything beyond ASCII are the %XX of their UTF-8
 * bytes (as RFC 3986, section 2.1); all else stands for itself, colons too.
 */
public record KeyPath(List<String> elements) {
    public static final String ROOT = "/nexus";
    public static final int CHARACTERS_MAX = 2_048;
    private static final String ESCAPED = "/%?# ";

    public KeyPath {
        elements = List.copyOf(elements);
    }

    public static KeyPath of(String... elements) {
        return new KeyPath(Arrays.asList(elements));
    }

    /**
     * Takes a text apart; "" is the root, and a slash at the end does not matter.
     *
     * @param field of the request, for errors
     * @throws ProblemException if it is no path of the key space
     */
    public static KeyPath parse(String field, String text) {
        String path = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
        if (path.isEmpty() || path.equals(ROOT)) {
            return KeyPath.of();
        }
        if (text.length() > CHARACTERS_MAX) {
            throw wrong(field, "has " + text.length() + " characters, at most " + CHARACTERS_MAX + " are possible");
        }
        if (!path.startsWith(ROOT + "/")) {
            throw wrong(field, "must begin with " + ROOT + "/");
        }
        List<String> elements = new ArrayList<>();
        for (String element : path.substring(ROOT.length() + 1).split("/", -1)) {
            if (element.isEmpty()) {
                throw wrong(field, "has an empty element");
            }
            elements.add(decoded(field, element));
        }
        return new KeyPath(elements);
    }

    /** The canonical text. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder(ROOT);
        for (String element : elements) {
            out.append('/');
            encode(element, out);
        }
        return out.toString();
    }

    private static void encode(String element, StringBuilder out) {
        for (byte b : element.getBytes(StandardCharsets.UTF_8)) {
            if (b <= ' ' || b == 0x7f || ESCAPED.indexOf(b) >= 0) {
                out.append('%').append(String.format(java.util.Locale.ROOT, "%02X", b & 0xff));
            } else {
                out.append((char) b);
            }
        }
    }

    private static String decoded(String field, String element) {
        if (element.indexOf('%') < 0) {
            return element;
        }
        byte[] in = element.getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(in.length);
        for (int i = 0; i < in.length; i++) {
            if (in[i] != '%') {
                out.put(in[i]);
                continue;
            }
            int hi = i + 2 < in.length ? Character.digit(in[i + 1], 16) : -1;
            int lo = i + 2 < in.length ? Character.digit(in[i + 2], 16) : -1;
            if (hi < 0 || lo < 0) {
                throw wrong(field, "has a % without two hexadecimal digits");
            }
            out.put((byte) (hi << 4 | lo));
            i += 2;
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(out.flip()).toString();
        } catch (CharacterCodingException e) {
            throw wrong(field, "has escapes that are not UTF-8");
        }
    }

    private static ProblemException wrong(String field, String what) {
        return Problem.field(field, "%s", what).exception();
    }
}
