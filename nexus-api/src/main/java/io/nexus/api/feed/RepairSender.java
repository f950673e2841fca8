package io.nexus.api.feed;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.nexus.api.peer.v1.RepairReply;
import io.nexus.api.peer.v1.RepairRequest;
import io.nexus.crdt.repair.KeyRange;
import io.nexus.crdt.repair.RangePrint;
import io.nexus.crdt.repair.RepairSource;
import io.nexus.statemachine.storage.Recount;
import io.nexus.statemachine.storage.SegmentStore.StoreSnapshot;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The side of a repair that others compare with: answers from one snapshot, which it reads whole first, because a copy
 * that is wrong itself must not be spread. Questions come on gRPC's threads; answers are given on a bulk thread, which
 * waits half a minute for the next question and ten minutes in all.
 */
final class RepairSender implements Runnable, StreamObserver<RepairRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(RepairSender.class);
    private static final long QUESTION_SECONDS = 150; // the other side reads all its rows between two questions
    private static final long TOTAL_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final RepairRequest END = RepairRequest.getDefaultInstance();

    private final int stream;
    private final FeedHub hub;
    private final ServerCallStreamObserver<RepairReply> out;
    /** The other side asks one question at a time. */
    private final BlockingQueue<RepairRequest> questions = new ArrayBlockingQueue<>(2);

    /** @param stream that the first question named */
    RepairSender(int stream, FeedHub hub, ServerCallStreamObserver<RepairReply> out) {
        this.stream = stream;
        this.hub = hub;
        this.out = out;
    }

    @Override
    public void onNext(RepairRequest question) {
        if (!questions.offer(question)) {
            onCompleted();
        }
    }

    @Override
    public void onError(Throwable broken) {
        onCompleted();
    }

    @Override
    public void onCompleted() {
        questions.clear();
        boolean unused = questions.offer(END);
    }

    @Override
    public void run() {
        try (StoreSnapshot snapshot = hub.snapshot(stream)) {
            if (snapshot == null) {
                throw status(Status.NOT_FOUND, "no copy of stream " + stream + " to compare with");
            }
            serve(snapshot);
            out.onCompleted();
        } catch (StatusRuntimeException e) {
            fail(e);
        } catch (InterruptedException | ReadPace.Interrupted e) {
            Thread.currentThread().interrupt(); // only the closing endpoint interrupts
            fail(status(Status.UNAVAILABLE, "the node is stopping"));
        } catch (RuntimeException e) {
            LOG.atError().addKeyValue("stream", stream).setCause(e).log("repair could not be served");
            fail(status(Status.INTERNAL, "the rows could not be read"));
        }
    }

    private void serve(StoreSnapshot snapshot) throws InterruptedException {
        long started = System.nanoTime();
        IntConsumer pace = new ReadPace(SegmentRepair.BYTES_PER_SECOND);
        Recount own = snapshot.recount(pace);
        if (!own.intact()) {
            hub.foundWrong(own);
            throw status(Status.DATA_LOSS, "this copy of stream " + stream + " is damaged itself");
        }
        RepairSource source = new RepairSource(new SnapshotRows(snapshot, pace));
        out.onNext(RepairWire.offer(own.position(), new RangePrint(KeyRange.ALL, own.rows(), own.digest())));
        while (System.nanoTime() - started < TOTAL_NANOS && !out.isCancelled()) {
            RepairRequest question = questions.poll(QUESTION_SECONDS, TimeUnit.SECONDS);
            if (question == null || question == END) {
                return;
            }
            out.onNext(RepairWire.answer(source, question));
        }
    }

    private void fail(StatusRuntimeException why) {
        if (!out.isCancelled()) {
            out.onError(why);
        }
    }

    private static StatusRuntimeException status(Status status, String why) {
        return status.withDescription(why).asRuntimeException();
    }
}
