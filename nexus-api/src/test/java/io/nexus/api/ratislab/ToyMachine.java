package io.nexus.api.ratislab;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
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
 * whole group where the marker is past the rows. The pull runs beside Ratis; only an apply waits for it.
 * {@link #abandon} must be called before Ratis closes the division, or the closing waits for the pull without a limit.
 */
final class ToyMachine extends BaseStateMachine {
    private final int group;
    private final Faults faults;
    private final ToyDatabase database;
    private final ToyMarkers markers;
    private final ToyPull pull;
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
    private volatile boolean closed;

    ToyMachine(int group, String nodeId, Faults faults, ToyDatabase database, ToyPull.Source source) {
        this.group = group;
        this.faults = faults;
        this.database = database;
        this.markers = new ToyMarkers(nodeId);
        this.pull = new ToyPull(group, database, markers, source, this::trace);
    }

    /** Does not wait for the pull: Ratis opens one group after the other. */
    @Override
    public void initialize(RaftServer server, RaftGroupId id, RaftStorage storage) throws IOException {
        super.initialize(server, id, storage);
        faults.initialize.run(group);
        markers.init(storage);
        new ToyLogRepair(storage, RaftServerConfigKeys.Log.Appender.bufferByteLimit(server.getProperties()))
                .dropWhatIsCoveredBy(markers.newestIndex());
        getLifeCycle().startAndTransition(() -> {});
        trace("initialize marker=" + markers.newestIndex() + " rows=" + database.index(group));
        resume();
    }

    @Override
    public StateMachineStorage getStateMachineStorage() {
        return markers;
    }

    /** Always a marker, never the rows' own position: Ratis' log starts where the newest marker ends. */
    @Override
    public @Nullable SnapshotInfo getLatestSnapshot() {
        return markers.getLatestSnapshot();
    }

    @Override
    public DataApi data() {
        return data;
    }

    @Override
    public TransactionContext startTransaction(RaftClientRequest request) throws IOException {
        TransactionContext context = super.startTransaction(request);
        try {
            faults.start.run(command(request.getMessage().getContent()));
        } catch (IOException e) {
            context.setException(e);
        }
        return context;
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
        if (!pull.await() || at.getIndex() <= database.index(group)) {
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

    /** Configuration entries: they move the position, but only where the rows are. */
    @Override
    public void notifyTermIndexUpdated(long term, long index) {
        seen = index;
        if (pull.await() && index > database.index(group)) {
            database.advance(group, TermIndex.valueOf(term, index));
            updateLastAppliedTermIndex(term, index);
        }
    }

    /** Answers how many commands have taken effect here. */
    @Override
    public CompletableFuture<Message> query(Message request) {
        int effects = database.snapshot(group).answers().size();
        return CompletableFuture.completedFuture(Message.valueOf(encode(effects)));
    }

    /** Nothing while the rows and Ratis' applied index do not agree: before the pull, and until Ratis has caught up. */
    @Override
    public long takeSnapshot() throws IOException {
        TermIndex at = database.position(group);
        if (pull.isAbandoned() || database.isDead() || at == null || at.getIndex() > seen || !pull.isDone()) {
            return RaftLog.INVALID_LOG_INDEX;
        }
        if (at.getIndex() > markers.newestIndex()) {
            database.flush();
            markers.write(at);
        }
        return at.getIndex();
    }

    /** Under the division's lock, before Ratis replaces the markers. */
    @Override
    public void pause() {
        trace("pause");
        LifeCycle life = getLifeCycle();
        if (life.compareAndTransition(LifeCycle.State.RUNNING, LifeCycle.State.PAUSING)) {
            life.transition(LifeCycle.State.PAUSED);
        }
    }

    /**
     * Returns at once. Ratis sets its updater to RUNNING behind this call, whatever came meanwhile: a second marker that
     * arrived during a long call would be forgotten, the updater would spin, and the division could not even be closed.
     */
    @Override
    public void reinitialize() throws IOException {
        markers.reload();
        trace("reinitialize marker=" + markers.newestIndex() + " rows=" + database.index(group));
        getLifeCycle().transition(LifeCycle.State.STARTING);
        getLifeCycle().transition(LifeCycle.State.RUNNING);
        resume();
    }

    private void resume() {
        seen = markers.newestIndex();
        TermIndex at = database.position(group);
        if (at != null) {
            setLastAppliedTermIndex(at);
        }
        pull.begin();
    }

    /** From now on nothing is pulled and nothing is written: the division is about to close. */
    void abandon() {
        pull.abandon();
    }

    boolean isClosed() {
        return closed;
    }

    /** Whether the rows are complete up to the point where the log starts: reads may be answered. */
    boolean isReady() {
        return pull.isDone();
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
        trace("log-failed");
    }

    @Override
    public void notifyConfigurationChanged(long term, long index, RaftConfigurationProto configuration) {
        trace("configuration " + index);
    }

    @Override
    public void notifyLeaderReady() {
        trace("leader-ready");
    }

    @Override
    public void notifyGroupRemove() {
        trace("removed");
    }

    @Override
    public void close() {
        closed = true;
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
