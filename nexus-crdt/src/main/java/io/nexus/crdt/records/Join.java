package io.nexus.crdt.records;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Two revisions of one record brought together.
 *
 * @param winner with all that either had seen
 * @param loser null if there was nothing before, or if both are the same write
 * @param concurrent neither writer had seen the other's write: a conflict, and the loser is worth keeping
 */
public record Join(Revision winner, @Nullable Revision loser, boolean concurrent) {

    static Join of(@Nullable Revision here, Revision incoming, Comparator<Revision> order) {
        if (here == null) {
            return new Join(incoming, null, false);
        }
        VersionVector seen = here.context().join(incoming.context());
        if (here.dot().equals(incoming.dot())) {
            return new Join(here.withContext(seen), null, false);
        }
        boolean newer = order.compare(incoming, here) > 0;
        Revision winner = newer ? incoming : here;
        Revision loser = newer ? here : incoming;
        boolean concurrent = !winner.knew(loser.dot()) && !loser.knew(winner.dot());
        return new Join(winner.withContext(seen.with(loser.dot())), loser, concurrent);
    }
}
