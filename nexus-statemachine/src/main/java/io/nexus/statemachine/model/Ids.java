package io.nexus.statemachine.model;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What names may look like: ASCII letters and digits and {@code - _ . : @ /}, with no keywords and no meaning in case or
 * punctuation. A subscriber id that happens to be a MAC address stays as it was given. Subscribers have 1 to 256
 * characters, pools, spaces and requests 1 to 64; each is one byte of UTF-8. The checks answer what is wrong, or null.
 */
public final class Ids {
    public static final int SUBSCRIBER_MAX = 256;
    public static final int POOL_MAX = 64;
    public static final int SPACE_MAX = 64;
    public static final int REQUEST_MAX = 64;

    private static final String PUNCTUATION = "-_.:@/";

    private Ids() {}

    public static @Nullable String subscriberProblem(String id) {
        return problem(id, SUBSCRIBER_MAX);
    }

    public static @Nullable String poolProblem(String id) {
        return problem(id, POOL_MAX);
    }

    public static @Nullable String spaceProblem(String id) {
        return problem(id, SPACE_MAX);
    }

    /** For a request id that was given: an empty one is a problem here. */
    public static @Nullable String requestProblem(String id) {
        return problem(id, REQUEST_MAX);
    }

    /** Of a text of another system that is kept as it is: printable, with spaces; may be empty. */
    public static @Nullable String attachmentProblem(String text, int bytesMax) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text) || text.chars().anyMatch(Character::isISOControl)) {
            return "has control characters, or is not Unicode";
        }
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        return bytes <= bytesMax ? null : "has " + bytes + " bytes, at most " + bytesMax + " are possible";
    }

    private static @Nullable String problem(String id, int max) {
        if (id.isEmpty()) {
            return "must not be empty";
        }
        if (id.length() > max) {
            return "has " + id.length() + " characters, at most " + max + " are possible";
        }
        for (int i = 0; i < id.length(); i++) {
            if (!isAllowed(id.charAt(i))) {
                return String.format(
                        Locale.ROOT,
                        "character %s at position %d of %s is not possible: letters a-z and A-Z, digits and %s are",
                        name(id.codePointAt(i)),
                        i + 1,
                        Quoted.of(id),
                        "- _ . : @ /");
            }
        }
        return null;
    }

    private static boolean isAllowed(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || PUNCTUATION.indexOf(c) >= 0;
    }

    private static String name(int character) {
        return character > 0x20 && character < 0x7f
                ? Quoted.of(Character.toString(character))
                : String.format(Locale.ROOT, "U+%04X", character);
    }
}
