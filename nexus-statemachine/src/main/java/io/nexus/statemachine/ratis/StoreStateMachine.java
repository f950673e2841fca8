package io.nexus.statemachine.ratis;

import io.nexus.crdt.Position;
import io.nexus.statemachine.engine.Engine;
import io.nexus.statemachine.model.Invariant;
import io.nexus.statemachine.model.Invariant.InvariantBroken;
import io.nexus.statemachine.storage.NodeStore;
import io.nexus.statemachine.storage.SegmentStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.StateMachine;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Raft group on this node: applies its log to the segment's rows in the node's store.
 *
 * <p>Ratis' snapshot is a marker that says how far the store is durable; the rows never go through Ratis. A member that
 * is behind the log gets a marker pushed and then pulls the rows from any other node, see {@link CatchUp}; until it has
 * them it is {@link #installing} and must not serve, though it may vote, append, and even be elected.
 *
 * <p>Threads: Ratis applies, snapshots and reinitializes on the group's updater thread; events come from any thread,
 * some under the group's lock. What ends the group: a broken invariant stops this group only; a failure of the log or
 * of the store is fatal for the node.
 */
public final class StoreStateMachine implements StateMachine, StateMachine.EventApi, StateMachine.LeaderEventApi {
    private static final Logger LOG = LoggerFactory.getLogger(StoreStateMachine.class);
    private static final CompletableFuture<Message> DONE = CompletableFuture.completedFuture(Message.EMPTY);
    private static final long PUSH_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long PUSH_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final int segment;
    private final NodeStore store;
    private final SegmentStore rows;
    private final Engine engine;
    private final GroupHooks hooks;
    private final BatchDecoder decoder;
    private final LogApplier applier;
    private final CatchUp catchUp;
    private final MarkerSnapshots markers = new MarkerSnapshots();
    private final LifeCycle lifeCycle = new LifeCycle(StoreStateMachine.class.getSimpleName());

    private volatile @Nullable RaftServer server;
    private volatile @Nullable RaftGroupId groupId;
    /** The last entry that Ratis handed over, applied or skipped; behind the store's position after a pull. */
    private volatile TermIndex handed = TermIndex.INITIAL_VALUE;

    private volatile long configurationTerm;
    private volatile boolean stopped;
    private volatile boolean closeExpected;
    private volatile boolean paused;
    /** Markers announced by pause(); guarded by lifeCycle. */
    private long pushes;

    /**
     * @param genesis position of the stream before its first entry, the same on all members
     * @param engine driven by this group alone
     * @param source asked when the log does not lead from the store's position to its head
     */
    public StoreStateMachine(
            int segment,
            NodeStore store,
            Position genesis,
            Engine engine,
            GroupHooks hooks,
            SegmentSource source,
            BatchDecoder decoder) {
        this.segment = segment;
        this.store = store;
        this.rows = store.segment(segment);
        this.engine = engine;
        this.hooks = hooks;
        this.decoder = decoder;
        this.applier = new LogApplier(rows, genesis, engine, hooks);
        this.catchUp = new CatchUp(segment, rows, source, store::flush, cause -> hooks.fatal(segment, cause));
    }

    /* --------------- for the node --------------- */

    /** The engine; only {@link Engine#due} may be called from outside. */
    public Engine engine() {
        return engine;
    }

    /** True while the rows are behind what the log starts from: no answers from here. Does not block. */
    public boolean installing() {
        return paused || catchUp.pending();
    }

    /** True once the group will not apply any more on this node. Does not block. */
    public boolean stopped() {
        return stopped;
    }

    /**
     * To be called before Ratis is asked to close or remove the group: ends a pull, which Ratis would wait for for ever,
     * and makes the shutdown an expected one. Blocks until the pull has ended, at most ten seconds. Idempotent; nothing
     * can be done with the group afterwards but to close it.
     */
    public void prepareClose() {
        closeExpected = true;
        catchUp.close();
    }

    /* --------------- lifecycle --------------- */

    /** Only fails if the disk does: Ratis keeps the lock on the directory of a group that failed to start. */
    @Override
    public void initialize(RaftServer raftServer, RaftGroupId id, RaftStorage storage) throws IOException {
        server = raftServer;
        groupId = id;
        lifeCycle.setName(id + ":segment-" + segment);
        try {
            lifeCycle.startAndTransition(() -> recover(storage));
        } catch (IOException | RuntimeException e) {
            stopped = true;
            hooks.fatal(segment, e);
            throw e;
        }
    }

    private void recover(RaftStorage storage) throws IOException {
        markers.init(storage);
        handed = position(markers.getLatestSnapshot());
        long logStart = MarkerSnapshots.logStart(storage);
        if (logStart > handed.getIndex() + 1) {
            stop(new IllegalStateException("the log starts at " + logStart + ", past the newest marker " + handed
                    + ": remove this member and add it again"));
        } else if (handed.getIndex() >= 0) {
            catchUp.require(handed.getIndex());
        }
    }

    private static TermIndex position(@Nullable SnapshotInfo marker) {
        return marker == null ? TermIndex.INITIAL_VALUE : marker.getTermIndex();
    }

    @Override
    public LifeCycle.State getLifeCycleState() {
        return lifeCycle.getCurrentState();
    }

    /** Comes right before a pushed marker is put in place; may come again while the rows for the last are pulled. */
    @Override
    public void pause() {
        synchronized (lifeCycle) {
            pushes++;
            paused = true;
            if (lifeCycle.compareAndTransition(LifeCycle.State.RUNNING, LifeCycle.State.PAUSING)) {
                lifeCycle.transition(LifeCycle.State.PAUSED);
            }
        }
    }

    @Override
    public void reinitialize() {
        try {
            applier.invalidate();
            TermIndex marker = TermIndex.INITIAL_VALUE;
            long seen;
            do {
                synchronized (lifeCycle) {
                    seen = pushes;
                }
                marker = pushed(marker);
                markers.sync();
                catchUp.require(marker.getIndex());
                boolean there = ready();
                handed = marker; // not the store's position, which may be further: the log goes on after the marker
                LOG.atInfo()
                        .addKeyValue("segment", segment)
                        .addKeyValue("marker", marker)
                        .addKeyValue("position", rows.position())
                        .log(there ? "marker taken over" : "group closes without its rows");
            } while (!resumed(seen));
        } catch (IOException | RuntimeException e) {
            failed(e);
        }
    }

    /** @return false if another push came meanwhile */
    private boolean resumed(long seen) {
        synchronized (lifeCycle) {
            if (seen != pushes && !stopped) {
                return false;
            }
            paused = false;
            lifeCycle.transition(LifeCycle.State.STARTING);
            lifeCycle.transition(LifeCycle.State.RUNNING);
            return true;
        }
    }

    /** The newest marker; if another push was announced after the last one, waits a moment until it is in place. */
    private TermIndex pushed(TermIndex last) throws IOException {
        long deadline = System.nanoTime() + PUSH_NANOS;
        while (true) {
            TermIndex newest = position(markers.refresh());
            boolean first = last.getIndex() < 0;
            if (first || newest.compareTo(last) > 0 || System.nanoTime() - deadline > 0) {
                return newest;
            }
            LockSupport.parkNanos(PUSH_POLL_NANOS);
        }
    }

    @Override
    public void close() {
        catchUp.close();
        lifeCycle.checkStateAndClose(() -> LOG.atInfo()
                .addKeyValue("segment", segment)
                .addKeyValue("position", rows.position())
                .log("group closed"));
    }

    /* --------------- the log --------------- */

    @Override
    public TransactionContext startTransaction(RaftClientRequest request) {
        Message message = request.getMessage();
        TransactionContext context = TransactionContext.newBuilder()
                .setStateMachine(this)
                .setClientRequest(request)
                .setLogData(message.getContent())
                .setStateMachineContext(message)
                .build();
        if (!(message instanceof BatchMessage batch)) {
            return context.setException(new IOException("only this node proposes batches for segment " + segment));
        }
        if (installing() || stopped) {
            return context.setException(new IOException("segment " + segment + " is not ready on this node"));
        }
        batch.started();
        return context;
    }

    @Override
    public TransactionContext preAppendTransaction(TransactionContext context) {
        return context;
    }

    /** Ratis also cancels what it did append, if it loses leadership in that very moment: then it is no cancellation. */
    @Override
    public TransactionContext cancelTransaction(TransactionContext context) {
        if (context.getStateMachineContext() instanceof BatchMessage batch && context.getLogEntry() == null) {
            batch.cancelled();
        }
        return context;
    }

    @Override
    public TransactionContext applyTransactionSerial(TransactionContext context) {
        return context;
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext context) {
        LogEntryProto entry = Objects.requireNonNull(context.getLogEntry());
        onEntry(entry.getTerm(), entry.getIndex(), () -> {
            if (context.getStateMachineContext() instanceof BatchMessage own) {
                own.decided(applier.apply(entry.getTerm(), entry.getIndex(), own.batch()));
            } else {
                applier.apply(entry.getTerm(), entry.getIndex(), decoder.decode(data(entry)));
            }
        });
        return DONE;
    }

    private static ByteBuffer data(LogEntryProto entry) {
        return entry.getStateMachineLogEntry().getLogData().asReadOnlyByteBuffer();
    }

    /** Configuration and metadata entries: the stored position must not stay behind the log's end. */
    @Override
    public void notifyTermIndexUpdated(long term, long index) {
        onEntry(term, index, () -> applier.skip(term, index));
    }

    private void onEntry(long term, long index, Runnable work) {
        try {
            if (!ready()) {
                return;
            }
            // After a restart or a pull the store may be further than where Ratis starts again.
            if (index > applier.position().index()) {
                work.run();
            }
            handed = TermIndex.valueOf(term, index);
        } catch (Throwable t) {
            failed(t);
        }
    }

    /**
     * Waits for the rows if they are being pulled. False: the group closes (or stopped) without them. Then entries are
     * passed over, to let Ratis' updater end; they come again after the restart, because nothing says they were applied.
     */
    private boolean ready() {
        if (stopped) {
            return false;
        }
        if (catchUp.pending() && !catchUp.await(this::isClosing)) {
            stopped = true;
            return false;
        }
        return true;
    }

    /** Ratis waits for its updater before it closes the state machine; the division's state is the only sign of it. */
    private boolean isClosing() {
        if (closeExpected) {
            return true;
        }
        try {
            return !Objects.requireNonNull(server)
                    .getDivision(Objects.requireNonNull(groupId))
                    .getInfo()
                    .isAlive();
        } catch (IOException e) {
            return true; // no longer one of the server's groups
        }
    }

    private void failed(Throwable cause) {
        if (cause instanceof InvariantBroken) {
            stop(cause);
        } else {
            stopped = true;
            hooks.fatal(segment, cause);
        }
        if (isClosing()) {
            return; // Ratis' updater would spin for ever if it failed while its group is being closed
        }
        // Thrown on the updater thread it closes the group; a failed future would only be logged.
        throw new IllegalStateException("segment " + segment + " stopped", cause);
    }

    private void stop(Throwable cause) {
        stopped = true;
        hooks.groupStopped(segment, cause);
    }

    /* --------------- snapshots --------------- */

    @Override
    public long takeSnapshot() throws IOException {
        Position position = rows.position();
        if (position == null || installing() || stopped || position.index() > handed.getIndex()) {
            return RaftLog.INVALID_LOG_INDEX;
        }
        try {
            if (!position.equals(rows.flushedPosition())) {
                store.flush();
            }
            Invariant.check(position.equals(rows.flushedPosition()), "%s not flushed", position);
        } catch (RuntimeException e) {
            failed(e);
            return RaftLog.INVALID_LOG_INDEX;
        }
        markers.write(TermIndex.valueOf(position.term(), position.index()), position.toString());
        return position.index();
    }

    @Override
    public StateMachineStorage getStateMachineStorage() {
        return markers;
    }

    @Override
    public @Nullable SnapshotInfo getLatestSnapshot() {
        return markers.getLatestSnapshot();
    }

    @Override
    public TermIndex getLastAppliedTermIndex() {
        return handed;
    }

    /* --------------- reads: never through Ratis --------------- */

    @Override
    public CompletableFuture<Message> query(Message request) {
        return CompletableFuture.failedFuture(new IOException("reads do not go through the log's server"));
    }

    @Override
    public CompletableFuture<Message> queryStale(Message request, long minIndex) {
        return query(request);
    }

    /* --------------- events --------------- */

    @Override
    public void notifyLeaderChanged(RaftGroupMemberId member, @Nullable RaftPeerId leader) {
        hooks.leaderChanged(segment, leader == null ? null : leader.toString());
    }

    @Override
    public void notifyConfigurationChanged(long term, long index, RaftConfigurationProto configuration) {
        configurationTerm = term;
    }

    /** Comes on the updater thread, for the first entry of this leader's term, before it is handed over. */
    @Override
    public void notifyLeaderReady() {
        try {
            if (ready()) {
                applier.ensureLoaded();
                hooks.leaderReady(segment, configurationTerm);
            }
        } catch (Throwable t) {
            failed(t);
        }
    }

    @Override
    public void notifyNotLeader(Collection<TransactionContext> pending) {
        hooks.notLeader(segment);
    }

    @Override
    public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto entry) {
        hooks.fatal(segment, cause);
    }

    /** Comes after the group was closed: on request, by a long pause of the JVM, or because it is not a member now. */
    @Override
    public void notifyServerShutdown(RoleInfoProto role, boolean allServer) {
        if (closeExpected || stopped) {
            return;
        }
        if (allServer) {
            hooks.fatal(segment, new IllegalStateException("Ratis closed its server by itself"));
        } else {
            stop(new IllegalStateException("this node is no longer a member of the group"));
        }
    }
}
