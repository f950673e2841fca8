package io.nexus.api.local;

import io.nexus.api.consensus.CommandRouter;
import io.nexus.api.consensus.Decided;
import io.nexus.api.error.Problem;
import io.nexus.crdt.Position;
import io.nexus.crdt.RowChange;
import io.nexus.crdt.Step;
import io.nexus.statemachine.allocator.SegmentEngine;
import io.nexus.statemachine.catalogue.CatalogueEngine;
import io.nexus.statemachine.command.Batch;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Envelope;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.engine.Applied;
import io.nexus.statemachine.engine.Engine;
import io.nexus.statemachine.model.Reason;
import io.nexus.statemachine.ratis.StepListener;
import io.nexus.statemachine.storage.NodeStore;
import io.nexus.statemachine.storage.SegmentStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

/**
 * Decides commands at once by the real engines over a store, as if every group led here. One command is one batch.
 * Completes on the given executor, so that callers meet other threads as they do with the real router.
 */
public final class LocalRouter implements CommandRouter {
    private final NodeStore store;
    private final LongSupplier clockMillis;
    private final Executor executor;
    private final Map<Integer, Engine> engines = new TreeMap<>();
    private final Set<Integer> leaderless = ConcurrentHashMap.newKeySet();
    private final List<Command> submitted = new ArrayList<>();
    private volatile CountDownLatch held = new CountDownLatch(0);
    private volatile StepListener steps = step -> {};
    private volatile BiConsumer<Command, Outcome> listener = (command, outcome) -> {};

    public LocalRouter(NodeStore store, int segments, LongSupplier clockMillis, Executor executor) {
        this.store = store;
        this.clockMillis = clockMillis;
        this.executor = executor;
        for (int segment = 0; segment <= segments; segment++) {
            Engine engine = segment == 0 ? new CatalogueEngine() : new SegmentEngine(segment);
            engine.load(store.segment(segment), null);
            engines.put(segment, engine);
        }
    }

    /** Hears of every step. */
    public void steps(StepListener to) {
        steps = to;
    }

    /** Hears of every outcome, after it is in the store. */
    public void listen(BiConsumer<Command, Outcome> to) {
        listener = to;
    }

    /** Commands submitted from now on are decided once the latch is open. */
    public void hold(CountDownLatch until) {
        held = until;
    }

    /** From now on the segment's commands fail with NO_LEADER, or no more. */
    public void leaderless(int segment, boolean without) {
        if (without) {
            leaderless.add(segment);
        } else {
            leaderless.remove(segment);
        }
    }

    public boolean hasLeader(int segment) {
        return !leaderless.contains(segment);
    }

    /** What was asked of the groups since the last call. */
    public List<Command> drainSubmitted() {
        synchronized (submitted) {
            List<Command> drained = List.copyOf(submitted);
            submitted.clear();
            return drained;
        }
    }

    /** Ends the leases that are over, as an owner would. */
    public void expire() {
        for (int segment = 1; segment < engines.size(); segment++) {
            for (Command command : engines.get(segment).due(clockMillis.getAsLong(), 1_000)) {
                decide(segment, 0, command);
            }
        }
    }

    @Override
    public CompletableFuture<Decided> submit(int segment, long commandId, Command command, long deadlineNanos) {
        synchronized (submitted) {
            submitted.add(command);
        }
        if (!hasLeader(segment)) {
            return CompletableFuture.failedFuture(Problem.of(Reason.NO_LEADER, "segment %d has no leader", segment)
                    .exception());
        }
        CountDownLatch until = held;
        return CompletableFuture.supplyAsync(
                () -> {
                    awaitOpen(until);
                    return decide(segment, commandId, command);
                },
                executor);
    }

    private static void awaitOpen(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private Decided decide(int segment, long commandId, Command command) {
        Engine engine = engines.get(segment);
        synchronized (engine) {
            SegmentStore rows = store.segment(segment);
            Position before = rows.position();
            Position from = before == null ? Position.start(segment, 1, 1) : before;
            Batch batch = new Batch(clockMillis.getAsLong(), List.of(new Envelope(commandId, command)));
            Applied applied = engine.apply(batch, from.incarnation(), from.seq() + 1);
            Position after = from.atLog(1, from.index() + 1, applied.clockMillis());
            if (!applied.updates().isEmpty()) {
                after = rows.commit(
                        new Position(
                                segment,
                                after.incarnation(),
                                after.nonce(),
                                after.seq() + 1,
                                after.term(),
                                after.index(),
                                after.clockMillis(),
                                after.digest(),
                                after.live()),
                        applied.updates());
                steps.onStep(new Step(
                        after,
                        applied.updates().stream()
                                .map(update -> new RowChange(update.key(), update.after()))
                                .toList()));
            } else if (before != null) {
                rows.advance(after.term(), after.index(), after.clockMillis());
            }
            Outcome outcome = applied.outcomes().get(0);
            listener.accept(command, outcome);
            return new Decided(outcome, after.token());
        }
    }
}
