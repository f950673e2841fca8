package io.nexus.api.config;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Finds what was probably meant: the known word with the fewest edits, if they are few. */
final class Nearest {
    private Nearest() {}

    static @Nullable String of(String word, Collection<String> known) {
        String best = null;
        int bestEdits = Math.max(1, Math.min(2, word.length() / 3)) + 1;
        for (String candidate : known) {
            int edits = edits(word, candidate);
            if (edits < bestEdits) {
                best = candidate;
                bestEdits = edits;
            }
        }
        return best;
    }

    /** Levenshtein distance. */
    private static int edits(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, Math.min(previous[j], row[j - 1]) + 1);
            }
            previous = row;
        }
        return previous[b.length()];
    }
}
