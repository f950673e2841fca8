package io.nexus.api.feed;

import io.grpc.Channel;
import io.nexus.api.peer.v1.RepairReply;
import io.nexus.api.peer.v1.RepairRequest;
import io.nexus.crdt.CorruptBytes;
import io.nexus.crdt.Position;
import io.nexus.crdt.RepairFailure;
import io.nexus.crdt.RowChange;
import io.nexus.crdt.repair.KeyRange;
import io.nexus.crdt.repair.RangePrint;
import io.nexus.crdt.repair.RepairPlan;
import io.nexus.crdt.repair.RepairPlan.Next;
import io.nexus.statemachine.storage.Recount;
import io.nexus.statemachine.storage.SegmentStore;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out in which rows this copy differs from a peer's: recounts its own, asks the peer for a recount of its own, and
 * follows the {@link RepairPlan}. Runs on the repair thread, where it blocks; what it finds goes to the writer thread.
 */
final class SegmentRepair implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentRepair.class);
    /** Of rows read on this side: repairs share the disk with those who serve. */
    static final long BYTES_PER_SECOND = 64L << 20;

    private static final long DECISION_SECONDS = 30;

    private final long session;
    private final SegmentStore store;
    private final Channel channel;
    private final RepairRequest first;
    private final FeedMetrics metrics;
    private final Executor writer;
    private final Events events;
    private final RepairCall call = new RepairCall();
    private final CompletableFuture<Void> decision = new CompletableFuture<>();
    private volatile @Nullable Recount found;
    private volatile boolean over;

    /** Called on the writer thread, until the repair is abandoned. */
    interface Events {
        void repairOffered(long session, Position of);

        void repairFound(long session, Position of, boolean ownIntact, List<RowChange> changes);

        /** The rows were read again after the changes. */
        void repairVerified(long session, Position of, boolean intact);

        void repairFailed(long session, RepairFailure failure, boolean ownIntact);
    }

    SegmentRepair(
            long session,
            SegmentStore store,
            Channel channel,
            RepairRequest first,
            FeedMetrics metrics,
            Executor writer,
            Events events) {
        this.session = session;
        this.store = store;
        this.channel = channel;
        this.first = first;
        this.metrics = metrics;
        this.writer = writer;
        this.events = events;
    }

    /** What the rows of this copy are; null before they were counted. */
    @Nullable
    Recount found() {
        return found;
    }

    /** The offer was taken: go on. */
    void proceed() {
        decision.complete(null);
    }

    /** No event after it. */
    void abandon() {
        over = true;
        decision.cancel(false);
        call.cancel();
    }

    @Override
    public void run() {
        if (over) {
            return;
        }
        try (SegmentStore.StoreSnapshot snapshot = store.snapshot()) {
            if (snapshot == null) {
                throw new IOException("there is nothing to repair");
            }
            Recount own = snapshot.recount(new ReadPace(BYTES_PER_SECOND));
            found = own;
            call.start(channel);
            reconcile(snapshot, own);
        } catch (IOException | CorruptBytes | ExecutionException | TimeoutException e) {
            boolean wrong = e instanceof IOException io && RepairCall.sourceIsWrong(io);
            LOG.atInfo()
                    .addKeyValue("stream", store.segment())
                    .addKeyValue("sourceWrong", wrong)
                    .setCause(e)
                    .log("repair broke off");
            failed(wrong ? RepairFailure.SOURCE_WRONG : RepairFailure.BROKEN);
        } catch (InterruptedException | ReadPace.Interrupted e) {
            Thread.currentThread().interrupt(); // the node is closing
        } finally {
            call.cancel();
        }
    }

    private void reconcile(SegmentStore.StoreSnapshot snapshot, Recount own)
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        RepairReply offer = call.ask(first);
        Position theirs = RepairWire.position(offer);
        RangePrint goal = RepairWire.whole(offer);
        tell(() -> events.repairOffered(session, theirs));
        decision.get(DECISION_SECONDS, TimeUnit.SECONDS);
        RangePrint before = new RangePrint(KeyRange.ALL, own.rows(), own.digest());
        RepairPlan plan = new RepairPlan(new SnapshotRows(snapshot, new ReadPace(BYTES_PER_SECOND)), before, goal);
        Next next = plan.next();
        while (true) {
            if (next instanceof Next.Expand expand) {
                next = plan.expanded(RepairWire.expansions(ask(RepairWire.question(expand))));
            } else if (next instanceof Next.Fetch fetch) {
                next = plan.fetched(RepairWire.rows(ask(RepairWire.question(fetch))));
            } else {
                break;
            }
        }
        if (next instanceof Next.Correct correct) {
            tell(() -> events.repairFound(session, theirs, own.intact(), correct.changes()));
        } else {
            failed(next instanceof Next.TooMuch ? RepairFailure.TOO_MUCH : RepairFailure.MISFIT);
        }
    }

    private RepairReply ask(RepairRequest question) throws IOException, InterruptedException {
        RepairReply reply = call.ask(question);
        metrics.repairBytes((long) question.getSerializedSize() + reply.getSerializedSize());
        return reply;
    }

    /** Reads the rows once more, after the changes were made. On the repair thread. */
    void verify(Position of) {
        try (SegmentStore.StoreSnapshot snapshot = store.snapshot()) {
            boolean intact = snapshot != null
                    && snapshot.recount(new ReadPace(BYTES_PER_SECOND)).intact();
            tell(() -> events.repairVerified(session, of, intact));
        } catch (ReadPace.Interrupted e) {
            Thread.currentThread().interrupt(); // the node is closing
        }
    }

    private void failed(RepairFailure failure) {
        Recount own = found;
        boolean intact = own != null && own.intact();
        tell(() -> events.repairFailed(session, failure, intact));
    }

    private void tell(Runnable event) {
        writer.execute(() -> {
            if (!over) {
                event.run();
            }
        });
    }
}
