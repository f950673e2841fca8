package io.nexus.api.feed;

import io.nexus.api.peer.v1.CatchUpChunk;
import io.nexus.api.peer.v1.TailBatch;
import io.nexus.crdt.CorruptBytes;
import io.nexus.crdt.Cursor;
import io.nexus.crdt.Effect;
import io.nexus.crdt.Position;
import io.nexus.crdt.RepairFailure;
import io.nexus.crdt.RowChange;
import io.nexus.crdt.Step;
import io.nexus.crdt.StepCodec;
import io.nexus.crdt.StreamReceiver;
import io.nexus.crdt.Upstream;
import io.nexus.statemachine.model.Invariant.InvariantBroken;
import io.nexus.statemachine.rows.BranchesRow;
import io.nexus.statemachine.storage.DigestMismatch;
import io.nexus.statemachine.storage.SegmentStore;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream that this node follows: does what the {@link StreamReceiver} says, and tells it what happened. Writer
 * thread only, but for {@link #state}.
 */
final class FollowedStream implements SegmentFetch.Events, SegmentRepair.Events {
    private static final Logger LOG = LoggerFactory.getLogger(FollowedStream.class);
    /** Reasons to choose again for which the peer is not to blame. */
    private static final Set<Effect.Why> BLAMELESS = EnumSet.of(Effect.Why.TOO_OLD, Effect.Why.DIGEST, Effect.Why.FULL);

    private final int stream;
    private final SegmentStore store;
    private final Position genesis;
    private final FollowContext node;
    private final StreamReceiver receiver;
    private final CatchUpSlot catchUp;
    private final RepairSlot repair;
    private final StreamNews news;
    private final UpstreamPicker picker;
    private @Nullable String following;
    private volatile FollowState state = FollowState.NONE;

    FollowedStream(int stream, SegmentStore store, Position genesis, FollowContext node) {
        this.stream = stream;
        this.store = store;
        this.genesis = genesis;
        this.node = node;
        if (store.position() == null) {
            // A stream without a change sends no step: its copy must be able to say that it is level all the same.
            store.commit(genesis, List.of());
        }
        this.receiver = new StreamReceiver(stored(), BranchesRow::in);
        this.catchUp = new CatchUpSlot(stream, store, node, this);
        this.repair = new RepairSlot(stream, store, node, this);
        this.news = new StreamNews(stream, node);
        this.picker = new UpstreamPicker(stream, node);
    }

    FollowState state() {
        return state;
    }

    void batch(String peer, TailBatch batch) {
        if (batch.getVerdict() != TailBatch.Verdict.STEPS) {
            if (batch.getVerdict() == TailBatch.Verdict.FULL) {
                picker.full(peer, batch.getInsteadList(), System.nanoTime());
            }
            handle(receiver.verdict(peer, Wire.verdict(batch.getVerdict())));
        } else if (!takeWay(peer, batch.getViaList())) {
            LOG.atInfo().addKeyValue("stream", stream).addKeyValue("peer", peer).log("upstream follows this node");
        } else if (batch.getStepsCount() == 0) {
            handle(receiver.accepted(peer));
        } else {
            steps(peer, batch);
        }
        chooseIfNone();
    }

    private void steps(String peer, TailBatch batch) {
        try {
            for (var bytes : batch.getStepsList()) {
                handle(receiver.step(peer, StepCodec.decode(bytes.toByteArray())));
            }
        } catch (CorruptBytes e) {
            news.corruptStep(peer, e);
            handle(receiver.disconnected(peer));
        }
        if (peer.equals(receiver.upstream()) && !receiver.catchingUp()) {
            node.tails().acknowledge(peer, Cursor.at(receiver.position()));
        }
    }

    /** The Tail call to the peer ended; a catch-up from it goes on, on its own call. */
    void lost(String peer) {
        if (!receiver.catchingUp()) {
            react(receiver.disconnected(peer));
        }
    }

    @Override
    public void chunk(long session, CatchUpChunk chunk) {
        node.metrics().caughtUp(chunk.getRows().size());
        try {
            handle(
                    chunk.getLast()
                            ? receiver.lastChunk(session, Wire.position(chunk))
                            : receiver.chunk(session, Wire.rows(chunk)));
        } catch (CorruptBytes e) {
            ended(session, e);
        }
        chooseIfNone();
    }

    @Override
    public void ended(long session, @Nullable Throwable cause) {
        news.catchUpFailed(following, cause);
        react(receiver.catchUpFailed(session));
    }

    void foundWrong() {
        react(receiver.foundWrong());
    }

    @Override
    public void repairOffered(long session, Position of) {
        react(receiver.repairOffered(session, of));
    }

    @Override
    public void repairFound(long session, Position of, boolean ownIntact, List<RowChange> changes) {
        react(receiver.repairFound(session, of, ownIntact, changes));
    }

    @Override
    public void repairVerified(long session, Position of, boolean intact) {
        if (intact) {
            replaced(session, of);
        } else {
            repairFailed(session, RepairFailure.MISFIT, false);
        }
    }

    @Override
    public void repairFailed(long session, RepairFailure failure, boolean ownIntact) {
        boolean suspected = receiver.suspect();
        handle(receiver.repairFailed(session, failure, ownIntact));
        if (suspected && !receiver.suspect()) {
            node.listener().onInstalled(stream); // trusted again: it may be served
        }
        chooseIfNone();
    }

    void tick(long now) {
        String upstream = receiver.upstream();
        if (receiver.catchingUp()) {
            catchUp.startIfWaiting().ifPresent(session -> ended(session, null));
            catchUp.silent(now).ifPresent(session -> ended(session, null));
        } else if (upstream != null) {
            watch(upstream, now);
        }
        chooseIfNone();
    }

    /** On return the stream may be written by somebody else. */
    void close() {
        catchUp.abandon();
        repair.abandon();
        String upstream = receiver.upstream();
        if (upstream != null) {
            node.tails().unsubscribe(upstream, stream);
        }
        picker.comesFromNobody();
    }

    private void watch(String upstream, long now) {
        switch (picker.look(upstream, receiver.position(), now)) {
            case SILENT -> handle(receiver.disconnected(upstream));
            case OVERTAKEN, LAGGING -> {
                picker.failed(upstream, now);
                follow(picker.pickAnother(receiver, now));
            }
            case FINE -> {
                if (picker.betterThan(upstream, receiver, now)) {
                    follow(picker.pick(receiver, now));
                }
            }
        }
    }

    private void chooseIfNone() {
        if (receiver.upstream() == null) {
            follow(picker.pick(receiver, System.nanoTime()));
        }
    }

    private void follow(Optional<Upstream> chosen) {
        chosen.ifPresent(upstream -> {
            List<Effect> effects = receiver.upstreamChosen(upstream);
            following = upstream.peer();
            handle(effects);
        });
    }

    /** The way by which the upstream gets the stream, told with each batch; ours is one longer. */
    private boolean takeWay(String peer, List<String> toPeer) {
        if (!peer.equals(receiver.upstream())) {
            return true;
        }
        if (picker.goesInCircles(toPeer)) {
            handle(receiver.disconnected(peer));
            return false;
        }
        picker.comesBy(toPeer, peer);
        return true;
    }

    private void react(List<Effect> effects) {
        handle(effects);
        chooseIfNone();
    }

    private void handle(List<Effect> effects) {
        for (Effect effect : effects) {
            if (effect instanceof Effect.Apply apply) {
                if (!apply(apply.step())) {
                    break;
                }
            } else if (effect instanceof Effect.Subscribe subscribe) {
                subscribe(subscribe);
            } else if (effect instanceof Effect.Unsubscribe unsubscribe) {
                node.tails().unsubscribe(unsubscribe.peer(), stream);
            } else if (effect instanceof Effect.StartCatchUp start) {
                startCatchUp(start);
            } else if (effect instanceof Effect.StartRepair start) {
                startRepair(start);
            } else if (effect instanceof Effect.ContinueRepair) {
                repair.proceed();
            } else if (effect instanceof Effect.Correct correct) {
                correct(correct);
            } else if (effect instanceof Effect.PutRows put) {
                catchUp.put(put.rows());
            } else if (effect instanceof Effect.FinishCatchUp finish) {
                finishCatchUp(finish);
            } else if (effect instanceof Effect.AbandonCatchUp) {
                catchUp.abandon();
                repair.abandon();
            } else {
                note(effect);
            }
        }
        following = receiver.upstream();
        if (following == null) {
            picker.comesFromNobody();
        }
        state = new FollowState(
                receiver.live(), receiver.suspect(), receiver.superseded(), receiver.catchingUp(), following);
    }

    private void note(Effect effect) {
        if (effect instanceof Effect.ChooseUpstream choose) {
            String left = following;
            if (left != null && !BLAMELESS.contains(choose.why())) {
                picker.failed(left, System.nanoTime());
            }
            news.left(left, choose.why());
        } else if (effect instanceof Effect.MarkLive) {
            news.live(receiver.upstream(), receiver.position());
        } else if (effect instanceof Effect.MarkSuspect suspect) {
            news.suspect(receiver.position(), suspect.why());
        } else if (effect instanceof Effect.MarkSuperseded) {
            news.superseded(receiver.position());
        }
    }

    private boolean apply(Step step) {
        try {
            store.commitStep(step);
        } catch (DigestMismatch | InvariantBroken e) {
            LOG.atError().addKeyValue("stream", stream).setCause(e).log("step refused by the store");
            handle(receiver.digestMismatch(stored()));
            return false;
        }
        picker.succeeded();
        node.unflushed().add(StepCodec.size(step));
        node.listener().onStep(step);
        return true;
    }

    private void subscribe(Effect.Subscribe subscribe) {
        if (!node.tails().subscribe(subscribe.peer(), subscribe.from())) {
            handle(receiver.disconnected(subscribe.peer()));
        }
    }

    private void startCatchUp(Effect.StartCatchUp start) {
        node.tails().unsubscribe(start.peer(), stream);
        if (!catchUp.start(start)) {
            handle(receiver.catchUpFailed(start.session()));
        }
    }

    private void startRepair(Effect.StartRepair start) {
        node.tails().unsubscribe(start.peer(), stream);
        if (!repair.start(start)) {
            handle(receiver.repairFailed(start.session(), RepairFailure.BROKEN, false));
        }
    }

    private void correct(Effect.Correct correct) {
        if (!repair.correct(correct)) {
            handle(receiver.repairFailed(correct.session(), RepairFailure.MISFIT, false));
        }
    }

    private void finishCatchUp(Effect.FinishCatchUp finish) {
        RuntimeException refusal = catchUp.finish(finish.position());
        if (refusal != null) {
            ended(finish.session(), refusal);
            return;
        }
        replaced(finish.session(), finish.position());
    }

    private void replaced(long session, Position by) {
        picker.succeeded();
        node.listener().onInstalled(stream);
        handle(receiver.installed(session, by));
    }

    private Position stored() {
        Position stored = store.position();
        return stored == null ? genesis : stored;
    }
}
