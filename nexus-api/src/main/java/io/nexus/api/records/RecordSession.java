package io.nexus.api.records;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.nexus.api.peer.v1.RecordFrame;
import io.nexus.crdt.records.OwnTail;
import io.nexus.crdt.records.RecordState;
import io.nexus.crdt.records.RevisionCodec;
import io.nexus.crdt.records.VersionVector;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One follower of this node's records: a sequence number, and nothing queued. Sends while the transport takes it; at once
 * after a pause of two milliseconds, else when they are over. All but {@link #wake} runs on the serving thread.
 */
final class RecordSession {
    private static final int FRAME_BYTES = 64 << 10;
    private static final long LINGER_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long KEEP_ALIVE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long STATEMENT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Records records;
    private final VersionVector theirs;
    private final ServerCallStreamObserver<RecordFrame> out;
    private final ScheduledExecutorService serving;
    private final long statementNanos;
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final Runnable wake = this::wake;
    private volatile long sentNanos = System.nanoTime() - LINGER_NANOS;
    private long saidNanos;
    private RecordState said = RecordState.EMPTY;
    private boolean saidOnce;
    private OwnTail tail;
    private long cursor;
    private boolean closed;

    RecordSession(
            Records records,
            VersionVector theirs,
            ServerCallStreamObserver<RecordFrame> out,
            ScheduledExecutorService serving,
            RecordSettings settings) {
        this.records = records;
        this.theirs = theirs;
        this.out = out;
        this.serving = serving;
        this.statementNanos = settings.syncInterval().toNanos();
        this.tail = records.tail();
        this.cursor = theirs.seq(tail.origin());
    }

    void open() {
        records.addWake(wake);
        wake();
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

    private void pump() {
        scheduled.set(false);
        while (!closed && out.isReady() && sendWrites()) {
            // As long as there are some.
        }
        sayIfDue();
    }

    /** True if there may be more. */
    private boolean sendWrites() {
        OwnTail now = records.tail();
        if (now != tail) {
            tail = now;
            cursor = theirs.seq(now.origin());
        }
        List<byte[]> writes = tail.read(cursor, FRAME_BYTES);
        if (writes == null) {
            emit(frame().setTooOld(true));
            close();
            out.onCompleted();
            return false;
        }
        if (writes.isEmpty()) {
            return false;
        }
        RecordFrame.Builder frame = frame().setPrev(cursor);
        RecordWire.put(frame, writes);
        cursor += writes.size();
        emit(frame);
        return true;
    }

    private void sayIfDue() {
        if (closed || !out.isReady()) {
            return;
        }
        long now = System.nanoTime();
        RecordState state = records.state();
        boolean changed = state != said;
        if (!saidOnce || (changed && now - saidNanos >= STATEMENT_NANOS) || now - saidNanos >= statementNanos) {
            saidOnce = true;
            saidNanos = now;
            said = state;
            emit(frame().setState(RecordWire.bytes(state)));
        }
    }

    /** Says what is due, or only that this node is there. */
    void tick() {
        pump();
        if (!closed && System.nanoTime() - sentNanos >= KEEP_ALIVE_NANOS && out.isReady()) {
            emit(frame());
        }
    }

    private RecordFrame.Builder frame() {
        return RecordFrame.newBuilder().setOrigin(UnsafeByteOperations.unsafeWrap(RevisionCodec.encode(tail.origin())));
    }

    private void emit(RecordFrame.Builder frame) {
        sentNanos = System.nanoTime();
        out.onNext(frame.build());
    }

    /** Tells the follower why it is sent away. */
    void end(StatusRuntimeException why) {
        if (!closed) {
            close();
            out.onError(why);
        }
    }

    void close() {
        closed = true;
        records.removeWake(wake);
    }
}
