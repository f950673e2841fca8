package io.nexus.crdt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A follower's side of one stream. Driven by events, answers with {@link Effect}s that the caller performs in order
 * before the next event; no clock, no thread, no I/O. Not thread-safe.
 *
 * <p>The rules: a step applies only right after the position and on its branch; what is at or before the position is a
 * duplicate. A gap is asked for again from the position, which only applied steps and finished installs move. While
 * the segment is fetched whole, the tail is ignored. Nothing is ever repaired from a node that is behind. Another
 * branch is taken from a newer incarnation, or from a member of the segment's group, and never else.
 */
public final class StreamReceiver {
    private final Set<Rule> rules;
    private final Set<String> tooOld = new HashSet<>();
    private Position position;
    private @Nullable Upstream upstream;
    private boolean asked;
    private boolean live;
    private boolean suspect;
    private long session;
    private boolean catchingUp;
    private byte @Nullable [] lastKey;

    /** @param position of the store, or the start of the stream if the store is empty */
    public StreamReceiver(Position position) {
        this(position, EnumSet.allOf(Rule.class));
    }

    StreamReceiver(Position position, Set<Rule> rules) {
        this.position = position;
        this.rules = rules;
    }

    /** The rules that tests switch off one by one, to see that the simulation notices. */
    enum Rule {
        GAP_CHECK,
        BRANCH_CHECK,
        NEVER_BEHIND
    }

    /**
     * A peer to follow.
     *
     * @param head where the peer's store was last heard to be; null if not known
     * @param member of the segment's Raft group: its branch is the right one
     */
    public record Upstream(String peer, @Nullable Cursor head, boolean member) {}

    public Position position() {
        return position;
    }

    /** In step with an upstream as far as is known, and not suspect. */
    public boolean live() {
        return live && !suspect && !catchingUp;
    }

    public boolean suspect() {
        return suspect;
    }

    public boolean catchingUp() {
        return catchingUp;
    }

    /** The peer that is followed or fetched from; null: waits for {@link #upstreamChosen}. */
    public @Nullable String upstream() {
        return upstream == null ? null : upstream.peer;
    }

    /** True if the peer said that it no longer has the steps after the position: others are better first. */
    public boolean tooOldAt(String peer) {
        return tooOld.contains(peer);
    }

    /** Leaves the upstream there was. A peer known to be behind is not taken. */
    public List<Effect> upstreamChosen(Upstream chosen) {
        List<Effect> effects = new ArrayList<>(leave());
        Cursor head = chosen.head;
        Cursor here = Cursor.at(position);
        if (rules.contains(Rule.NEVER_BEHIND) && head != null && head.sameBranch(here) && head.seq() < here.seq()) {
            effects.add(new Effect.Discard(Effect.Why.PEER_BEHIND));
            return effects;
        }
        upstream = chosen;
        if (suspect || tooOld.contains(chosen.peer)) {
            effects.addAll(fetch(chosen));
        } else {
            asked = true;
            effects.add(new Effect.Subscribe(chosen.peer, here));
        }
        return effects;
    }

    /** The upstream took the subscription and has nothing to send yet. */
    public List<Effect> accepted(String peer) {
        return upstream != null && upstream.peer.equals(peer) && !catchingUp ? inStep() : List.of();
    }

    public List<Effect> step(String peer, Step step) {
        if (catchingUp) {
            return discard(Effect.Why.CATCHING_UP);
        }
        if (upstream == null || !upstream.peer.equals(peer)) {
            return discard(Effect.Why.NOT_UPSTREAM);
        }
        Position after = step.after();
        if (rules.contains(Rule.BRANCH_CHECK) && !after.sameBranch(position)) {
            return otherBranch(upstream, after);
        }
        if (after.seq() <= position.seq()) {
            return discard(Effect.Why.DUPLICATE);
        }
        if (rules.contains(Rule.GAP_CHECK) && after.seq() != position.seq() + 1) {
            return gap(upstream);
        }
        position = after;
        tooOld.clear();
        List<Effect> effects = new ArrayList<>();
        effects.add(new Effect.Apply(step));
        effects.addAll(inStep());
        return effects;
    }

    public List<Effect> verdict(String peer, Verdict verdict) {
        if (catchingUp || upstream == null || !upstream.peer.equals(peer)) {
            return discard(Effect.Why.NOT_UPSTREAM);
        }
        return switch (verdict) {
            case STEPS -> inStep();
            case TOO_OLD -> {
                tooOld.add(peer);
                yield detach(Effect.Why.TOO_OLD);
            }
            case FORK -> upstream.member ? fetch(upstream) : detach(Effect.Why.OTHER_BRANCH);
            case BEHIND -> detach(Effect.Why.PEER_BEHIND);
            case NOT_HERE -> detach(Effect.Why.NOT_HERE);
            case FULL -> detach(Effect.Why.FULL);
        };
    }

    /** The connection broke, or the peer was silent for too long. */
    public List<Effect> disconnected(String peer) {
        if (upstream == null || !upstream.peer.equals(peer)) {
            return List.of();
        }
        return detach(Effect.Why.DISCONNECTED);
    }

    /** Rows of the catch-up under way, in ascending order of keys. */
    public List<Effect> chunk(long ofSession, List<RowChange> rows) {
        if (stale(ofSession)) {
            return discard(Effect.Why.OLD_SESSION);
        }
        if (!ascending(rows)) {
            return discard(Effect.Why.OUT_OF_ORDER);
        }
        return List.of(new Effect.PutRows(ofSession, rows));
    }

    /** All rows were sent; they are those of this position. */
    public List<Effect> lastChunk(long ofSession, Position of) {
        if (stale(ofSession)) {
            return discard(Effect.Why.OLD_SESSION);
        }
        boolean member = upstream != null && upstream.member;
        if (!acceptable(of, member)) {
            List<Effect> effects = new ArrayList<>();
            effects.add(new Effect.Discard(Effect.Why.PEER_BEHIND));
            effects.addAll(detach(Effect.Why.PEER_BEHIND));
            return effects;
        }
        return List.of(new Effect.FinishCatchUp(ofSession, of));
    }

    /** The install became the segment: the tail goes on from here. */
    public List<Effect> installed(long ofSession, Position installed) {
        if (stale(ofSession)) {
            return discard(Effect.Why.OLD_SESSION);
        }
        position = installed;
        suspect = false;
        tooOld.clear();
        catchingUp = false;
        Upstream source = upstream;
        if (source == null) {
            return List.of(new Effect.ChooseUpstream(Effect.Why.DISCONNECTED));
        }
        asked = true;
        return List.of(new Effect.Subscribe(source.peer, Cursor.at(position)));
    }

    /** The call broke, was refused, or the rows did not match their digest. */
    public List<Effect> catchUpFailed(long ofSession) {
        return stale(ofSession) ? List.of() : detach(Effect.Why.CATCH_UP_FAILED);
    }

    /**
     * The step of the last {@link Effect.Apply} does not add up to its digest on this store, which did not take it.
     *
     * @param stored where the store still is
     */
    public List<Effect> digestMismatch(Position stored) {
        position = stored;
        return distrust(Effect.Why.DIGEST);
    }

    private List<Effect> otherBranch(Upstream from, Position theirs) {
        if (theirs.incarnation() < position.incarnation()) {
            return detach(Effect.Why.OLD_BRANCH);
        }
        if (theirs.incarnation() > position.incarnation()) {
            return fetch(from);
        }
        // One incarnation, two histories: somebody's store is not of this log.
        return from.member ? distrust(Effect.Why.OTHER_BRANCH) : detach(Effect.Why.OTHER_BRANCH);
    }

    private List<Effect> gap(Upstream from) {
        if (asked) {
            return discard(Effect.Why.GAP); // sent before the peer heard of the new cursor
        }
        asked = true;
        return List.of(new Effect.Discard(Effect.Why.GAP), new Effect.Subscribe(from.peer, Cursor.at(position)));
    }

    private List<Effect> distrust(Effect.Why why) {
        suspect = true;
        live = false;
        List<Effect> effects = new ArrayList<>();
        effects.add(new Effect.MarkSuspect(why));
        effects.addAll(detach(why));
        return effects;
    }

    private List<Effect> inStep() {
        asked = false;
        if (live || suspect) {
            return List.of();
        }
        live = true;
        return List.of(new Effect.MarkLive());
    }

    private List<Effect> fetch(Upstream from) {
        session++;
        catchingUp = true;
        live = false;
        lastKey = null;
        return List.of(new Effect.StartCatchUp(session, from.peer));
    }

    private List<Effect> detach(Effect.Why why) {
        List<Effect> effects = new ArrayList<>(leave());
        effects.add(new Effect.ChooseUpstream(why));
        return effects;
    }

    private List<Effect> leave() {
        Upstream left = upstream;
        if (left == null) {
            return List.of();
        }
        boolean fetching = catchingUp;
        upstream = null;
        catchingUp = false;
        live = false;
        return List.of(fetching ? new Effect.AbandonCatchUp(session) : new Effect.Unsubscribe(left.peer));
    }

    private boolean acceptable(Position of, boolean member) {
        if (of.sameBranch(position)) {
            return !rules.contains(Rule.NEVER_BEHIND) || of.seq() >= position.seq();
        }
        return of.incarnation() > position.incarnation() || (of.incarnation() == position.incarnation() && member);
    }

    private boolean stale(long ofSession) {
        return !catchingUp || ofSession != session;
    }

    private boolean ascending(List<RowChange> rows) {
        byte[] last = lastKey;
        for (RowChange row : rows) {
            if (last != null && Arrays.compareUnsigned(last, row.key()) >= 0) {
                return false;
            }
            last = row.key();
        }
        lastKey = last;
        return true;
    }

    private static List<Effect> discard(Effect.Why why) {
        return List.of(new Effect.Discard(why));
    }
}
