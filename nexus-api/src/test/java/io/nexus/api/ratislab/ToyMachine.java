package io.nexus.api.ratislab;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;

/**
 * The adapter in small: a shared database that is durable only when flushed, markers for snapshots, and a pull of the
 * whole group where the marker is past the data. {@link #abandon} must be called before Ratis closes the division: an
 * endless pull would hold the closing up, and a pull that throws while Ratis closes leaves its updater spinning.
 */
final class ToyMachine extends BaseStateMachine {
    private final int group;
    private final Faults faults;
    private final ToyDatabase database;
    private final ToyMarkers markers;
    private final PullSource source;
    private final CountDownLatch abandoned = new CountDownLatch(1);
    private final List<String> trace = new CopyOnWriteArrayList<>();
    private final DataApi data = new DataApi() {
        @Override
        public CompletableFuture<Void> flush(long logIndex) {
            try {
                faults.logSync.run(group);
                return CompletableFuture.completedFuture(null);
            } catch (IOException e) {
                return CompletableFuture.failedFuture(e);
            }
        }
    };
    private volatile @Nullable Throwable logFailure;
    private volatile long seen = -1;

    /** Copies a group from some other node that has it at {@code minIndex} or later; throws if none can serve. */
    @FunctionalInterface
    interface PullSource {
        void pull(int group, long minIndex, ToyDatabase into) throws IOException;
    }

    ToyMachine(int group, String nodeId, Faults faults, ToyDatabase database, PullSource source) {
        this.group = group;
        this.faults = faults;
        this.database = database;
        this.source = source;
        this.markers = new ToyMarkers(nodeId);
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId id, RaftStorage storage) throws IOException {
        super.initialize(server, id, storage);
        faults.initialize.run(group);
        markers.init(storage);
        resume();
        getLifeCycle().startAndTransition(() -> {});
        trace("initialize marker=" + markers.newestIndex() + " data=" + database.index(group));
    }

    @Override
    public StateMachineStorage getStateMachineStorage() {
        return markers;
    }

    /** Always a marker, never the data's own position: Ratis' log starts where the newest marker ends. */
    @Override
    public @Nullable SnapshotInfo getLatestSnapshot() {
        return markers.getLatestSnapshot();
    }

    @Override
    public DataApi data() {
        return data;
    }

    @Override
    public TransactionContext preAppendTransaction(TransactionContext context) throws IOException {
        faults.preAppend.run(command(context.getStateMachineLogEntry().getLogData()));
        return context;
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext context) {
        LogEntryProto entry = context.getLogEntry();
        long command = command(entry.getStateMachineLogEntry().getLogData());
        TermIndex at = TermIndex.valueOf(entry);
        seen = at.getIndex();
        if (!pulled() || at.getIndex() <= database.index(group)) {
            return CompletableFuture.completedFuture(Message.EMPTY);
        }
        try {
            faults.apply.run(command);
        } catch (IOException e) {
            throw new IllegalStateException("toy storage failure", e);
        }
        CompletableFuture<?> failed = faults.failedApply.apply(command);
        if (failed != null) {
            return failed.thenApply(ignored -> Message.EMPTY);
        }
        long answer = database.apply(group, at, command);
        updateLastAppliedTermIndex(at);
        return CompletableFuture.completedFuture(Message.valueOf(encode(answer)));
    }

    /** Configuration entries: they move the position, but only where the data is. */
    @Override
    public void notifyTermIndexUpdated(long term, long index) {
        seen = index;
        if (pulled() && index > database.index(group)) {
            database.advance(group, TermIndex.valueOf(term, index));
            updateLastAppliedTermIndex(term, index);
        }
    }

    @Override
    public long takeSnapshot() throws IOException {
        TermIndex at = database.position(group);
        if (isAbandoned() || database.isDead() || at == null || at.getIndex() > seen) {
            return RaftLog.INVALID_LOG_INDEX;
        }
        if (at.getIndex() <= markers.newestIndex()) {
            return markers.newestIndex() > at.getIndex() ? RaftLog.INVALID_LOG_INDEX : at.getIndex();
        }
        database.flush();
        markers.write(at);
        return at.getIndex();
    }

    @Override
    public void pause() {
        trace("pause");
        LifeCycle life = getLifeCycle();
        if (life.compareAndTransition(LifeCycle.State.RUNNING, LifeCycle.State.PAUSING)) {
            life.transition(LifeCycle.State.PAUSED);
        }
    }

    @Override
    public void reinitialize() throws IOException {
        markers.reload();
        trace("reinitialize marker=" + markers.newestIndex() + " data=" + database.index(group));
        pulled();
        resume();
        getLifeCycle().transition(LifeCycle.State.STARTING);
        getLifeCycle().transition(LifeCycle.State.RUNNING);
        trace("reinitialized marker=" + markers.newestIndex() + " data=" + database.index(group));
        faults.afterReinitialize.run(group);
        markers.reload();
    }

    /** Pulls until the data is at the newest marker; false if told to give up. On Ratis' updater thread. */
    private boolean pulled() {
        while (markers.newestIndex() > database.index(group) && !isAbandoned()) {
            try {
                source.pull(group, markers.newestIndex(), database);
                trace("pulled to " + database.index(group));
                markers.reload();
            } catch (IOException | RuntimeException e) {
                trace("pull failed: " + e.getMessage());
                waitBeforeRetry();
            }
        }
        return !isAbandoned();
    }

    private void resume() {
        seen = markers.newestIndex();
        TermIndex at = database.position(group);
        if (at != null) {
            setLastAppliedTermIndex(at);
        }
    }

    private void waitBeforeRetry() {
        try {
            abandoned.await(20, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            abandon();
        }
    }

    /** From now on nothing is pulled and nothing is written: the division is about to close. */
    void abandon() {
        abandoned.countDown();
    }

    boolean isAbandoned() {
        return abandoned.getCount() == 0;
    }

    /** Whether the data is complete up to the point where the log starts: reads may be answered. */
    boolean isReady() {
        return database.index(group) >= markers.newestIndex();
    }

    ToyMarkers markers() {
        return markers;
    }

    @Nullable
    Throwable logFailure() {
        return logFailure;
    }

    /** What Ratis called, in order, and on which thread. */
    List<String> trace() {
        return trace;
    }

    @Override
    public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto failedEntry) {
        logFailure = cause;
        trace("log failed");
    }

    @Override
    public void notifyConfigurationChanged(long term, long index, RaftConfigurationProto configuration) {
        trace("configuration changed " + index);
    }

    @Override
    public void notifyLeaderReady() {
        trace("leader ready");
    }

    @Override
    public void notifyGroupRemove() {
        trace("group removed");
    }

    @Override
    public void close() {
        trace("close");
    }

    private void trace(String event) {
        String thread = Thread.currentThread().getName();
        trace.add(event + " [" + thread.replaceAll("^.*@group-\\w+-", "") + "]");
    }

    static Message message(long command) {
        ByteBuffer padded = ByteBuffer.allocate(120).putLong(0, command);
        return Message.valueOf(ByteString.copyFrom(padded));
    }

    static long answer(Message reply) {
        return reply.getContent().isEmpty()
                ? -1
                : reply.getContent().asReadOnlyByteBuffer().getLong();
    }

    private static ByteString encode(long answer) {
        return ByteString.copyFrom(ByteBuffer.allocate(8).putLong(0, answer));
    }

    private static long command(ByteString data) {
        return data.asReadOnlyByteBuffer().getLong();
    }
}
