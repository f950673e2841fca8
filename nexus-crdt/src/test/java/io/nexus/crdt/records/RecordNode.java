package io.nexus.crdt.records;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A node of the simulation: a replica on a disk that can be set back, a clock that is off, and what it has under way. */
final class RecordNode {
    static final long OFFSET_MAX = 500;

    final UUID id;
    final HeapRecordStore store = new HeapRecordStore();
    final long skew;
    private final Set<RecordReplica.Rule> rules;
    private final boolean renews;
    RecordReplica replica;
    OwnTail tail;
    boolean member = true;
    boolean mustCompare;

    /** Of the transfer under way here; null if none. */
    @Nullable
    CatchUp catchUp;

    /** Where the followers of this node's tail are. */
    final Map<UUID, Long> cursors = new TreeMap<>();

    /** What was checked last. */
    @Nullable
    RecordState checked;

    int session;
    int answer;
    int nextChunk;

    /** @param renews false breaks the rule that an unclean start takes a new incarnation */
    RecordNode(int number, long skew, Set<RecordReplica.Rule> rules, boolean renews) {
        this.id = new UUID(number, number);
        this.skew = skew;
        this.rules = EnumSet.copyOf(rules);
        this.renews = renews;
        this.replica = open(new Origin(id, 1));
        this.tail = newTail();
    }

    String name() {
        return "node " + id.getMostSignificantBits() + (member ? "" : " (gone)");
    }

    long now(long time) {
        return time + skew;
    }

    private RecordReplica open(Origin origin) {
        HybridClock clock = new HybridClock(OFFSET_MAX, store.state().clock());
        return new RecordReplica(origin, store, clock, rules);
    }

    private OwnTail newTail() {
        Origin self = replica.self();
        return new OwnTail(self, store.state().vector().seq(self), 300);
    }

    /** The process dies and starts again on what is on the disk now. */
    void restart(long time, long incarnation) {
        Origin old = replica.self();
        replica = open(old);
        if (renews) {
            replica.renew(new Origin(id, incarnation), now(time));
        }
        tail = newTail();
        cursors.clear();
        catchUp = null;
        session++;
    }

    /** Writes and makes it durable. */
    List<Revision> write(String key, byte @Nullable [] value, long time) {
        if (value == null && replica.current(key) == null) {
            return List.of();
        }
        Revision written = replica.write(key, value, now(time));
        replica.commit(true);
        tail.append(written);
        return List.of(written);
    }

    /** Writes, and the process dies before the disk has it. */
    void writeLost(String key, byte[] value, long time) {
        replica.write(key, value, now(time));
    }

    List<Revision> finish(long time) {
        CatchUp done = catchUp;
        catchUp = null;
        List<Revision> again = new ArrayList<>();
        if (done != null) {
            again.addAll(done.finish(now(time)));
            again.forEach(tail::append);
        }
        return again;
    }
}
