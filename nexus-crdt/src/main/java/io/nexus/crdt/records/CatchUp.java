package io.nexus.crdt.records;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes another replica's revisions, from one of its snapshots. What arrives is merged at once, but counts only at the
 * end, for all origins together: a revision that was replaced at the source is not among those of its own origin.
 */
public final class CatchUp {
    private static final int PAGE = 256;

    private final RecordReplica replica;
    private final Kind kind;
    private final RecordState source;
    private final VersionVector had;
    private String lastKey = "";

    /** What the source sends. */
    public enum Kind {
        /** The revisions whose write the receiver does not have. */
        NEWS,
        /** All in the order of keys; what is absent, and was known to the source, was deleted. */
        ABSENCE,
        /** All, and nothing is deleted: the two were found to differ, and it is not known who is wrong. */
        UNION
    }

    CatchUp(RecordReplica replica, Kind kind, RecordState source) {
        this.replica = replica;
        this.kind = kind;
        this.source = source;
        this.had = replica.state().vector();
    }

    /** False if one is stamped too far in the future: give up, and come back later. */
    public boolean chunk(List<Revision> revisions, long nowMillis) {
        boolean accepted = true;
        replica.draft().ahead(source.vector().join(source.ahead()));
        for (Revision revision : revisions) {
            if (!replica.clock().accepts(revision.hlc(), nowMillis)) {
                accepted = false;
                break;
            }
            if (kind == Kind.ABSENCE) {
                deleteAbsent(revision.key());
                lastKey = revision.key();
            }
            if (kind == Kind.UNION) {
                replica.mergeAnyway(revision, nowMillis);
            } else {
                replica.merge(revision, nowMillis);
            }
        }
        replica.commit(false);
        return accepted;
    }

    /**
     * The source has sent all.
     *
     * @return what this node wrote again, durably. Writes of a node that was away for too long, or lost part of its disk,
     *     may be older than tombstones that the others dropped meanwhile: as new writes everybody takes them alike.
     */
    public List<Revision> finish(long nowMillis) {
        List<Revision> again = new ArrayList<>();
        if (kind == Kind.ABSENCE) {
            deleteAbsent(null);
            replica.clock().observe(source.clock());
            unknownToSource(had, lost -> again.add(replica.write(lost.key(), lost.value(), nowMillis)));
        }
        if (kind != Kind.NEWS) {
            replica.draft().collected(source.collected());
        }
        replica.draft().advance(source.vector());
        replica.commit(!again.isEmpty());
        return again;
    }

    private void unknownToSource(VersionVector mine, Consumer<Revision> each) {
        try (RecordSnapshot snapshot = replica.store().snapshot()) {
            RecordSnapshot.Cursor cursor = snapshot.beyond(source.vector());
            for (List<Revision> page = cursor.next(PAGE); !page.isEmpty(); page = cursor.next(PAGE)) {
                page.stream().filter(revision -> mine.covers(revision.dot())).forEach(each);
            }
        }
    }

    /** @param before null: all that is left */
    private void deleteAbsent(@Nullable String before) {
        List<Revision> page;
        String from = lastKey;
        do {
            page = replica.store().range(from, before, PAGE);
            for (Revision here : page) {
                if (source.vector().covers(here.dot())) {
                    replica.draft().replace(here, null);
                }
                from = here.key();
            }
        } while (page.size() == PAGE);
    }
}
