package io.nexus.crdt.records;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One node's copy of all records: takes this node's writes and those of others, in whatever order they come.
 *
 * <p>The rules, each of which a test switches off to see that it is needed: the order of stamps decides and nothing
 * else; an origin's writes are taken without gaps; a bulk transfer counts when it is complete, for all origins at
 * once; a tombstone is dropped when every member has it and this replica has all that they had then (causal stability).
 *
 * <p>One thread. Times are milliseconds since the epoch, of this node's clock.
 */
public final class RecordReplica {
    private static final Comparator<Revision> LENGTH_FIRST =
            Comparator.comparingInt(Revision::length).thenComparing(Revision.ORDER);
    private static final long BROKEN_TTL_MILLIS = 50;
    private static final int PAGE_BYTES = 64 << 10;

    private final RecordStore store;
    private final HybridClock clock;
    private final Set<Rule> rules;
    private final Map<UUID, Statement> statements = new TreeMap<>();
    private Origin self;
    private Draft draft;
    private VersionVector frontier = VersionVector.EMPTY;
    private String collectedUpTo = "";

    /** The rules that tests switch off one by one, to see that the simulation notices. */
    enum Rule {
        STAMP_ORDER,
        GAP_CHECK,
        STABLE_TOMBSTONES
    }

    /** What became of writes that another node sent. */
    public enum Taken {
        APPLIED,
        /** There is something missing before them. */
        GAP,
        /** One is stamped too far in the future; those before it are taken. */
        FUTURE
    }

    /**
     * @param self under which this node writes; all its writes so far are in the store
     * @param clock not used by others; knows the store's clock
     */
    public RecordReplica(Origin self, RecordStore store, HybridClock clock) {
        this(self, store, clock, EnumSet.allOf(Rule.class));
    }

    RecordReplica(Origin self, RecordStore store, HybridClock clock, Set<Rule> rules) {
        this.self = self;
        this.store = store;
        this.clock = clock;
        this.rules = rules;
        this.draft = new Draft(store, clock);
    }

    public Origin self() {
        return self;
    }

    public RecordState state() {
        return draft.state();
    }

    public Statement statement() {
        return new Statement(self.node(), draft.state());
    }

    /** This node may have lost writes: it goes on under another name, later than all that it may have forgotten. */
    public void renew(Origin fresh, long nowMillis) {
        self = fresh;
        clock.forgot(nowMillis);
    }

    /* --------------- own writes --------------- */

    /** The record as the next write will find it; null if it does not exist. */
    public @Nullable Revision current(String key) {
        Revision revision = draft.get(key);
        return revision != null && revision.live() ? revision : null;
    }

    /**
     * Writes a record, or deletes it. Nobody may hear of it before {@link #commit}.
     *
     * @param value null: delete
     */
    public Revision write(String key, byte @Nullable [] value, long nowMillis) {
        Revision before = draft.get(key);
        int length = before == null ? 0 : before.length();
        boolean turns = (length & 1) == 1 != (value != null);
        Dot dot = new Dot(self, draft.vector().seq(self) + 1);
        VersionVector seen = before == null
                ? VersionVector.EMPTY
                : before.context().beyond(frontier).with(before.dot());
        Revision written = new Revision(key, turns ? length + 1 : length, clock.next(nowMillis), dot, seen, value);
        draft.replace(before, written);
        draft.advance(VersionVector.of(dot));
        return written;
    }

    /** @param durable needed before an own write is answered or sent */
    public void commit(boolean durable) {
        RecordBatch batch = draft.batch();
        if (batch != null) {
            store.commit(batch, durable);
            draft = new Draft(store, clock);
        }
    }

    /* --------------- writes of others --------------- */

    /**
     * Writes of one origin as it made them, without gaps.
     *
     * @param prev sequence number before the first of them
     */
    public Taken tail(Origin origin, long prev, List<Revision> revisions, long nowMillis) {
        Taken taken = Taken.APPLIED;
        long at = draft.vector().seq(origin);
        if (prev > at && rules.contains(Rule.GAP_CHECK)) {
            return Taken.GAP;
        }
        for (Revision revision : revisions) {
            if (revision.dot().seq() > at) {
                if (!clock.accepts(revision.hlc(), nowMillis)) {
                    taken = Taken.FUTURE;
                    break;
                }
                merge(revision, nowMillis);
                draft.advance(VersionVector.of(revision.dot()));
            }
        }
        commit(false);
        return taken;
    }

    /** How this node should give its revisions to another that has these writes. */
    public static CatchUp.Kind kindFor(RecordState source, VersionVector theirs, boolean everything) {
        if (everything) {
            return CatchUp.Kind.UNION;
        }
        return theirs.covers(source.collected()) ? CatchUp.Kind.NEWS : CatchUp.Kind.ABSENCE;
    }

    /** Begins to take another replica's revisions. More than one may be under way. */
    public CatchUp catchUp(CatchUp.Kind kind, RecordState source) {
        return new CatchUp(this, kind, source);
    }

    /** A write that is in the vector was taken before, and what is not here any more was replaced or deleted. */
    void merge(Revision incoming, long nowMillis) {
        if (!draft.vector().covers(incoming.dot())) {
            mergeAnyway(incoming, nowMillis);
        }
    }

    void mergeAnyway(Revision incoming, long nowMillis) {
        clock.observe(incoming.hlc());
        Revision here = draft.get(incoming.key());
        Join join = Join.of(here, incoming, rules.contains(Rule.STAMP_ORDER) ? Revision.ORDER : LENGTH_FIRST);
        draft.replace(here, join.winner());
        Revision loser = join.loser();
        if (join.concurrent() && loser != null) {
            draft.conflict(
                    new Conflict(nowMillis, join.winner().hlc(), join.winner().dot(), loser));
        }
    }

    Draft draft() {
        return draft;
    }

    RecordStore store() {
        return store;
    }

    HybridClock clock() {
        return clock;
    }

    /* --------------- what others say --------------- */

    public void heard(Statement statement) {
        statements.put(statement.node(), statement);
    }

    /** What another replica has and this one has not. */
    public VersionVector missing(Statement statement) {
        return statement.state().vector().beyond(draft.vector());
    }

    /** The same writes made different content: one of the two is wrong. */
    public boolean diverges(Statement statement) {
        RecordState mine = draft.state();
        RecordState theirs = statement.state();
        return theirs.vector().equals(mine.vector())
                && theirs.exact()
                && mine.exact()
                && !theirs.digest().equals(mine.digest());
    }

    /** Others have writes of this node that it does not know: its disk was set back. */
    public boolean wasSetBack(Statement statement) {
        return statement.state().vector().seq(self) > draft.vector().seq(self);
    }

    /* --------------- tombstones --------------- */

    /**
     * Drops tombstones that nobody needs any more.
     *
     * @param others all members but this node; one that is silent keeps every tombstone alive
     * @param max looks at so many, and goes on there at the next call
     * @return how many were dropped
     */
    public int collect(Set<UUID> others, int max, long nowMillis) {
        boolean complete = learnFrontier(others);
        List<Revision> tombstones = store.tombstones(collectedUpTo, max);
        collectedUpTo = tombstones.size() < max ? "" : tombstones.get(max - 1).key();
        int dropped = 0;
        for (Revision tombstone : tombstones) {
            boolean stable = complete && frontier.covers(tombstone.dot());
            boolean old = Hlc.millis(tombstone.hlc()) + BROKEN_TTL_MILLIS < nowMillis;
            if (rules.contains(Rule.STABLE_TOMBSTONES) ? stable : old) {
                draft.replace(tombstone, null);
                draft.collected(VersionVector.of(tombstone.dot()));
                dropped++;
            }
        }
        commit(false);
        return dropped;
    }

    /**
     * Takes over what transfers left here that ended early, once it shows that it is in nobody's vector: whoever wrote it
     * and sent it lost it. Not while a transfer is under way.
     *
     * @param others all members but this node
     * @return what this node wrote again, durably
     */
    public List<Revision> adopt(Set<UUID> others, long nowMillis) {
        if (draft.state().exact() || !learnFrontier(others)) {
            return List.of();
        }
        List<Revision> adopted = new ArrayList<>();
        try (RecordSnapshot snapshot = store.snapshot()) {
            RecordSnapshot.Cursor cursor = snapshot.all();
            for (List<Revision> page = cursor.next(PAGE_BYTES); !page.isEmpty(); page = cursor.next(PAGE_BYTES)) {
                page.stream()
                        .filter(revision -> !draft.vector().covers(revision.dot()))
                        .forEach(loose -> adopted.add(write(loose.key(), loose.value(), nowMillis)));
            }
        }
        draft.settled();
        commit(true);
        return adopted;
    }

    /** True if this replica has all that the others had when they last spoke. */
    private boolean learnFrontier(Set<UUID> others) {
        VersionVector common = draft.vector();
        boolean complete = true;
        for (UUID other : others) {
            Statement said = statements.get(other);
            if (said == null) {
                frontier = VersionVector.EMPTY;
                return false;
            }
            complete &= draft.vector().covers(said.state().vector());
            common = common.meet(said.state().vector());
        }
        frontier = common;
        statements.keySet().retainAll(others);
        return complete;
    }
}
