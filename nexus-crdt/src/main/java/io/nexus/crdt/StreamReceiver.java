package io.nexus.crdt;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A follower's side of one stream. Driven by events, answers with {@link Effect}s that the caller performs in order
 * before the next event; no clock, no thread, no I/O. Not thread-safe.
 *
 * <p>The rules: a step applies only right after the position and on its branch; what is at or before the position is a
 * duplicate. A gap is asked for again from the position, which only applied steps, corrections and finished installs
 * move. While the copy is repaired or fetched whole, the tail is ignored. Nothing is ever repaired from a node that is
 * behind.
 *
 * <p>A newer incarnation is followed without a break if the copy has nothing beyond its fork point; else the copy is
 * superseded: it still answers, is reconciled with a node of the new branch, and then live again. Another branch is
 * taken from a newer incarnation, or from a member of the segment's group, and never else.
 *
 * <p>A copy that is not what the log made is repaired by ranges first, and fetched whole if that does not do.
 */
public final class StreamReceiver {
    private final Set<ReceiverRule> rules;
    private final Transfer transfer;
    private final Set<String> tooOld = new HashSet<>();
    private final OwnCopy copy;
    private @Nullable Upstream upstream;
    private boolean asked;

    /**
     * @param position of the store, or the start of the stream if the store is empty
     * @param tables tells the fork table that a step writes; null if it writes none
     */
    public StreamReceiver(Position position, Function<Step, @Nullable Branches> tables) {
        this(position, tables, EnumSet.allOf(ReceiverRule.class));
    }

    StreamReceiver(Position position, Function<Step, @Nullable Branches> tables, Set<ReceiverRule> rules) {
        this.copy = new OwnCopy(position, tables, rules);
        this.rules = rules;
        this.transfer = new Transfer(rules.contains(ReceiverRule.ONE_SNAPSHOT));
    }

    public Position position() {
        return copy.position;
    }

    /** In step with an upstream as far as is known, and not suspect. */
    public boolean live() {
        return copy.live && !copy.wrong() && !transfer.active();
    }

    public boolean suspect() {
        return copy.suspect;
    }

    /** True while the copy is of an incarnation that the stream left, beyond the point where it left it. */
    public boolean superseded() {
        return copy.superseded;
    }

    /** The copy is being repaired or fetched whole. */
    public boolean catchingUp() {
        return transfer.active();
    }

    /** The peer that is followed or fetched from; null: waits for {@link #upstreamChosen}. */
    public @Nullable String upstream() {
        return upstream == null ? null : upstream.peer();
    }

    /** True if the peer said that it no longer has the steps after the position: others are better first. */
    public boolean tooOldAt(String peer) {
        return tooOld.contains(peer);
    }

    /** Leaves the upstream there was. A peer known to be behind is not taken. */
    public List<Effect> upstreamChosen(Upstream chosen) {
        List<Effect> effects = new ArrayList<>(leave());
        Cursor head = chosen.head();
        Cursor here = copy.cursor();
        boolean behind = head != null && head.sameBranch(here) && head.seq() < here.seq();
        if (behind && rules.contains(ReceiverRule.NEVER_BEHIND)) {
            effects.add(new Effect.Discard(Effect.Why.PEER_BEHIND));
            return effects;
        }
        upstream = chosen;
        if (copy.wrong()) {
            effects.addAll(reconcile(chosen));
        } else if (tooOld.contains(chosen.peer())) {
            effects.addAll(fetch(chosen));
        } else {
            effects.addAll(subscribe(chosen));
        }
        return effects;
    }

    /** The upstream took the subscription and has nothing to send yet. */
    public List<Effect> accepted(String peer) {
        return upstream != null && upstream.peer().equals(peer) && !transfer.active() ? inStep() : List.of();
    }

    public List<Effect> step(String peer, Step step) {
        if (transfer.active()) {
            return discard(Effect.Why.CATCHING_UP);
        }
        if (upstream == null || !upstream.peer().equals(peer)) {
            return discard(Effect.Why.NOT_UPSTREAM);
        }
        Position after = step.after();
        if (rules.contains(ReceiverRule.BRANCH_CHECK) && !after.sameBranch(copy.position) && !copy.begins(step)) {
            return otherBranch(upstream, after);
        }
        if (after.seq() <= copy.position.seq()) {
            return discard(Effect.Why.DUPLICATE);
        }
        if (rules.contains(ReceiverRule.GAP_CHECK) && after.seq() != copy.position.seq() + 1) {
            return gap(upstream);
        }
        copy.position = after;
        tooOld.clear();
        List<Effect> effects = new ArrayList<>();
        effects.add(new Effect.Apply(step));
        effects.addAll(inStep());
        return effects;
    }

    public List<Effect> verdict(String peer, Verdict verdict) {
        if (transfer.active() || upstream == null || !upstream.peer().equals(peer)) {
            return discard(Effect.Why.NOT_UPSTREAM);
        }
        return switch (verdict) {
            case STEPS -> inStep();
            case TOO_OLD -> {
                tooOld.add(peer);
                yield detach(Effect.Why.TOO_OLD);
            }
            case FORK -> upstream.member() ? supersede(upstream) : detach(Effect.Why.OTHER_BRANCH);
            case BEHIND -> detach(Effect.Why.PEER_BEHIND);
            case NOT_HERE -> detach(Effect.Why.NOT_HERE);
            case FULL -> detach(Effect.Why.FULL);
        };
    }

    /** The connection broke, or the peer was silent for too long. */
    public List<Effect> disconnected(String peer) {
        if (upstream == null || !upstream.peer().equals(peer)) {
            return List.of();
        }
        return detach(Effect.Why.DISCONNECTED);
    }

    /** Rows of the catch-up under way, in ascending order of keys. */
    public List<Effect> chunk(long ofSession, List<RowChange> rows) {
        if (transfer.stale(ofSession, Transfer.Kind.FETCH)) {
            return discard(Effect.Why.OLD_SESSION);
        }
        if (!transfer.ascending(rows)) {
            return discard(Effect.Why.OUT_OF_ORDER);
        }
        return List.of(new Effect.PutRows(ofSession, rows));
    }

    /** All rows were sent; they are those of this position. */
    public List<Effect> lastChunk(long ofSession, Position of) {
        if (transfer.stale(ofSession, Transfer.Kind.FETCH)) {
            return discard(Effect.Why.OLD_SESSION);
        }
        return copy.mayBecome(of, memberUpstream())
                ? List.of(new Effect.FinishCatchUp(ofSession, of))
                : refuse(Effect.Why.PEER_BEHIND);
    }

    /** The install became the segment, or the corrections were made and verified: the tail goes on from here. */
    public List<Effect> installed(long ofSession, Position installed) {
        if (transfer.stale(ofSession)) {
            return discard(Effect.Why.OLD_SESSION);
        }
        copy.replaced(installed);
        tooOld.clear();
        transfer.end();
        return upstream == null ? List.of(new Effect.ChooseUpstream(Effect.Why.DISCONNECTED)) : subscribe(upstream);
    }

    /** The call broke, was refused, or the rows did not match their digest. */
    public List<Effect> catchUpFailed(long ofSession) {
        return transfer.stale(ofSession, Transfer.Kind.FETCH) ? List.of() : detach(Effect.Why.CATCH_UP_FAILED);
    }

    /** The source of the repair told where its snapshot is. */
    public List<Effect> repairOffered(long ofSession, Position of) {
        if (transfer.stale(ofSession, Transfer.Kind.REPAIR)) {
            return discard(Effect.Why.OLD_SESSION);
        }
        return copy.mayBecome(of, memberUpstream())
                ? List.of(new Effect.ContinueRepair(ofSession))
                : refuse(Effect.Why.PEER_BEHIND);
    }

    /**
     * What differs is known.
     *
     * @param of position that the copy has after the changes
     * @param ownIntact this copy's rows are what its own position says: then only a member's word, or a newer
     *     incarnation, is better than its own
     */
    public List<Effect> repairFound(long ofSession, Position of, boolean ownIntact, List<RowChange> changes) {
        if (transfer.stale(ofSession, Transfer.Kind.REPAIR)) {
            return discard(Effect.Why.OLD_SESSION);
        }
        if (!copy.mayBecome(of, memberUpstream())) {
            return refuse(Effect.Why.PEER_BEHIND);
        }
        boolean better = memberUpstream() || !ownIntact || of.incarnation() > copy.position.incarnation();
        return better ? List.of(new Effect.Correct(ofSession, of, changes)) : refuse(Effect.Why.UNDECIDED);
    }

    /** @param ownIntact this copy's rows are what its position says */
    public List<Effect> repairFailed(long ofSession, RepairFailure failure, boolean ownIntact) {
        Upstream from = upstream;
        if (transfer.stale(ofSession, Transfer.Kind.REPAIR) || from == null) {
            return List.of();
        }
        return switch (failure) {
            case TOO_MUCH, MISFIT -> fetch(from);
            case SOURCE_WRONG -> {
                copy.suspect &= !ownIntact; // the step that did not add up was the source's fault
                yield detach(Effect.Why.PEER_WRONG);
            }
            case BROKEN -> {
                copy.repairFailed();
                yield detach(Effect.Why.REPAIR_FAILED);
            }
        };
    }

    /** A recount of the rows, or a member with equal position, says that this copy is wrong. */
    public List<Effect> foundWrong() {
        return copy.suspect || transfer.active() ? List.of() : distrust(Effect.Why.DIGEST);
    }

    /**
     * The step of the last {@link Effect.Apply} does not add up to its digest on this store, which did not take it.
     *
     * @param stored where the store still is
     */
    public List<Effect> digestMismatch(Position stored) {
        copy.position = stored;
        return distrust(Effect.Why.DIGEST);
    }

    private List<Effect> otherBranch(Upstream from, Position theirs) {
        if (theirs.incarnation() < copy.position.incarnation()) {
            return detach(Effect.Why.OLD_BRANCH);
        }
        if (theirs.incarnation() > copy.position.incarnation()) {
            // Further on: perhaps only the step between was lost. The sender knows whether we are on its way.
            return theirs.seq() > copy.position.seq() + 1 ? gap(from) : supersede(from);
        }
        // One incarnation, two histories: somebody's store is not of this log.
        return from.member() ? distrust(Effect.Why.OTHER_BRANCH) : detach(Effect.Why.OTHER_BRANCH);
    }

    private List<Effect> supersede(Upstream from) {
        copy.superseded = true;
        return with(new Effect.MarkSuperseded(), reconcile(from));
    }

    private List<Effect> reconcile(Upstream from) {
        if (copy.repairedInVain()) {
            return fetch(from);
        }
        copy.live = false;
        return List.of(new Effect.StartRepair(transfer.begin(Transfer.Kind.REPAIR), from.peer()));
    }

    private List<Effect> gap(Upstream from) {
        if (asked) {
            return discard(Effect.Why.GAP); // sent before the peer heard of the new cursor
        }
        return with(new Effect.Discard(Effect.Why.GAP), subscribe(from));
    }

    private List<Effect> distrust(Effect.Why why) {
        copy.suspect = true;
        copy.live = false;
        return with(new Effect.MarkSuspect(why), detach(why));
    }

    private List<Effect> inStep() {
        asked = false;
        if (copy.live || copy.wrong()) {
            return List.of();
        }
        copy.live = true;
        return List.of(new Effect.MarkLive());
    }

    private List<Effect> fetch(Upstream from) {
        copy.live = false;
        return List.of(new Effect.StartCatchUp(transfer.begin(Transfer.Kind.FETCH), from.peer()));
    }

    private List<Effect> subscribe(Upstream to) {
        asked = true;
        return List.of(new Effect.Subscribe(to.peer(), copy.cursor()));
    }

    private List<Effect> detach(Effect.Why why) {
        List<Effect> effects = new ArrayList<>(leave());
        effects.add(new Effect.ChooseUpstream(why));
        return effects;
    }

    private List<Effect> refuse(Effect.Why why) {
        return with(new Effect.Discard(why), detach(why));
    }

    private List<Effect> leave() {
        Upstream left = upstream;
        if (left == null) {
            return List.of();
        }
        boolean active = transfer.active();
        upstream = null;
        transfer.end();
        copy.live = false;
        return List.of(active ? new Effect.AbandonCatchUp(transfer.session()) : new Effect.Unsubscribe(left.peer()));
    }

    private boolean memberUpstream() {
        return upstream != null && upstream.member();
    }

    private static List<Effect> with(Effect first, List<Effect> rest) {
        List<Effect> effects = new ArrayList<>();
        effects.add(first);
        effects.addAll(rest);
        return effects;
    }

    private static List<Effect> discard(Effect.Why why) {
        return List.of(new Effect.Discard(why));
    }
}
