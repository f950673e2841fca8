package io.nexus.api.feed;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.nexus.api.peer.v1.StreamPosition;
import io.nexus.api.peer.v1.TailBatch;
import io.nexus.api.peer.v1.TailRequest;
import io.nexus.crdt.Cursor;
import io.nexus.crdt.FeedRing;
import io.nexus.crdt.Verdict;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One follower at the other end of a Tail call: a cursor for each stream it asked for, and nothing queued. Sends while
 * the transport takes it, what there is, at most 64 KB at a time; at once after a pause of two milliseconds, else when
 * they are over. A cursor that is ahead of the store is waited for a moment: the follower comes from a node that got
 * the last steps a little earlier. All but {@link #wake} runs on the endpoint's serving thread.
 */
final class TailSession {
    private static final int BATCH_BYTES = 64 << 10;
    private static final long LINGER_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long KEEP_ALIVE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long BEHIND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final FeedHub hub;
    private final Fanout fanout;
    private final ServerCallStreamObserver<TailBatch> out;
    private final ScheduledExecutorService serving;
    private final Map<Integer, Subscription> subscriptions = new TreeMap<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final Runnable wake = this::wake;
    private volatile long sentNanos = System.nanoTime() - LINGER_NANOS;
    private String follower = "";
    private boolean closed;

    TailSession(FeedHub hub, Fanout fanout, ServerCallStreamObserver<TailBatch> out, ScheduledExecutorService serving) {
        this.hub = hub;
        this.fanout = fanout;
        this.out = out;
        this.serving = serving;
    }

    private static final class Subscription {
        private final long sinceNanos = System.nanoTime();
        private Cursor cursor;
        private long acknowledged;
        private boolean answered;

        private Subscription(Cursor cursor) {
            this.cursor = cursor;
            this.acknowledged = cursor.seq();
        }
    }

    /** There may be something to send. Any thread; does not block. */
    void wake() {
        if (!scheduled.compareAndSet(false, true)) {
            return;
        }
        long wait = sentNanos + LINGER_NANOS - System.nanoTime();
        try {
            if (wait <= 0) {
                serving.execute(this::pump);
            } else {
                ScheduledFuture<?> unused = serving.schedule(this::pump, wait, TimeUnit.NANOSECONDS);
            }
        } catch (RejectedExecutionException e) {
            scheduled.set(false); // the endpoint is closing
        }
    }

    void handle(TailRequest request) {
        if (closed) {
            return;
        }
        follower = request.getFrom();
        for (int stream : request.getUnsubscribeList()) {
            drop(stream);
        }
        for (StreamPosition from : request.getSubscribeList()) {
            subscribe(Wire.cursor(from));
        }
        long now = System.nanoTime();
        for (StreamPosition applied : request.getAppliedList()) {
            acknowledge(applied, now);
        }
        pump();
    }

    private void subscribe(Cursor from) {
        boolean known = subscriptions.containsKey(from.stream());
        if (!known && !fanout.admit(from.stream(), follower)) {
            hub.redirected();
            emit(TailBatch.newBuilder()
                    .setStream(from.stream())
                    .setVerdict(TailBatch.Verdict.FULL)
                    .addAllInstead(fanout.instead(from.stream()))
                    .build());
            return;
        }
        if (subscriptions.put(from.stream(), new Subscription(from)) == null) {
            hub.addWake(from.stream(), wake);
        }
    }

    private void acknowledge(StreamPosition applied, long now) {
        Subscription subscription = subscriptions.get(applied.getStream());
        if (subscription != null && applied.getSeq() > subscription.acknowledged) {
            hub.acknowledged(applied.getStream(), subscription.acknowledged, applied.getSeq(), now);
            subscription.acknowledged = applied.getSeq();
        }
    }

    private void pump() {
        scheduled.set(false);
        boolean more = !closed;
        while (more && out.isReady()) {
            more = false;
            for (Subscription subscription : List.copyOf(subscriptions.values())) {
                more |= out.isReady() && send(subscription);
            }
        }
    }

    /** True if there may be more. */
    private boolean send(Subscription subscription) {
        FeedRing.Window window = hub.read(subscription.cursor, BATCH_BYTES);
        int stream = subscription.cursor.stream();
        boolean early = System.nanoTime() - subscription.sinceNanos < BEHIND_NANOS;
        if (window.verdict() == Verdict.BEHIND && early) {
            return false;
        }
        if (window.verdict() != Verdict.STEPS) {
            drop(stream);
            emit(TailBatch.newBuilder()
                    .setStream(stream)
                    .setVerdict(Wire.verdict(window.verdict()))
                    .build());
            return false;
        }
        if (window.steps().isEmpty() && subscription.answered) {
            return false;
        }
        subscription.cursor = window.next();
        subscription.answered = true;
        emit(batch(stream, window.steps()));
        return true;
    }

    /** So that the follower can tell a quiet stream from a dead connection. */
    void keepAlive() {
        pump(); // what waits for the store to reach its cursor does not wait for ever
        boolean quiet = System.nanoTime() - sentNanos >= KEEP_ALIVE_NANOS;
        if (!closed && quiet && out.isReady() && !subscriptions.isEmpty()) {
            Subscription any = subscriptions.values().iterator().next();
            if (any.answered) {
                emit(batch(any.cursor.stream(), List.of()));
            }
        }
    }

    /** Tells the follower why it is sent away. */
    void end(StatusRuntimeException why) {
        if (!closed) {
            close();
            out.onError(why);
        }
    }

    /** The follower has nothing more to say. */
    void complete() {
        if (!closed) {
            close();
            out.onCompleted();
        }
    }

    void close() {
        closed = true;
        for (int stream : List.copyOf(subscriptions.keySet())) {
            drop(stream);
        }
    }

    private void drop(int stream) {
        if (subscriptions.remove(stream) != null) {
            fanout.leave(stream, follower);
            hub.removeWake(stream, wake);
        }
    }

    private void emit(TailBatch batch) {
        sentNanos = System.nanoTime();
        out.onNext(batch);
    }

    private TailBatch batch(int stream, List<byte[]> steps) {
        List<ByteString> frames =
                steps.stream().map(UnsafeByteOperations::unsafeWrap).toList();
        return TailBatch.newBuilder()
                .setStream(stream)
                .addAllSteps(frames)
                .addAllVia(hub.via(stream))
                .build();
    }
}
