package io.nexus.statemachine.ratis;

import io.nexus.crdt.Position;
import io.nexus.statemachine.engine.Engine;
import io.nexus.statemachine.model.Invariant;
import io.nexus.statemachine.model.Invariant.InvariantBroken;
import io.nexus.statemachine.storage.NodeStore;
import io.nexus.statemachine.storage.SegmentStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
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
public final class StoreStateMachine extends LogOnlyStateMachine {
    private static final Logger LOG = LoggerFactory.getLogger(StoreStateMachine.class);
    private static final CompletableFuture<Message> DONE = CompletableFuture.completedFuture(Message.EMPTY);

    private final int segment;
    private final NodeStore store;
    private final SegmentStore rows;
    private final Engine engine;
    private final GroupHooks hooks;
    private final BatchDecoder decoder;
    private final LogApplier applier;
    private final CatchUp catchUp;
    private final MarkerSnapshots markers = new MarkerSnapshots();

    /** The last entry that Ratis handed over, applied or skipped; behind the store's position after a pull. */
    private volatile TermIndex handed = TermIndex.INITIAL_VALUE;

    private volatile long configurationTerm;
    private volatile boolean stopped;
    private volatile boolean closeExpected;
    private volatile boolean paused;
    /** The rows are or will be others than those that the engine knows. For the updater thread. */
    private boolean replaced;

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
        super(segment, hooks);
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

    /** The rows are not what the log made: they are pulled anew before the next entry is applied. Any thread. */
    public void renew() {
        catchUp.distrust();
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

    /** Fails only for good, because it takes the whole server along: Ratis does not start with a group missing. */
    @Override
    public void initialize(RaftServer raftServer, RaftGroupId id, RaftStorage storage) throws IOException {
        super.initialize(raftServer, id, storage);
        try {
            lifeCycle().startAndTransition(() -> recover(storage));
        } catch (IOException | RuntimeException e) {
            stopped = true;
            hooks.fatal(segment, e);
            throw e;
        }
    }

    private void recover(RaftStorage storage) throws IOException {
        markers.init(storage);
        handed = markers.newest();
        long logStart = MarkerSnapshots.logStart(storage);
        if (logStart > handed.getIndex() + 1) {
            // Ratis would look for the missing entries without end, and could not even be closed.
            throw new IOException("the log of segment " + segment + " starts at " + logStart
                    + ", past the newest marker " + handed + ": the node's data is damaged, replace the node");
        }
        if (handed.getIndex() >= 0) {
            catchUp.require(handed.getIndex());
        }
    }

    /** Comes right before a pushed marker is put in place; again if another comes before the last was taken over. */
    @Override
    public void pause() {
        paused = true;
        if (lifeCycle().compareAndTransition(LifeCycle.State.RUNNING, LifeCycle.State.PAUSING)) {
            lifeCycle().transition(LifeCycle.State.PAUSED);
        }
    }

    /**
     * Takes over a pushed marker. Does not wait for the rows, the next entry does: if another marker comes while this
     * method runs, Ratis forgets it and waits for entries that are purged.
     */
    @Override
    public void reinitialize() {
        try {
            TermIndex marker = markers.takeOver();
            handed = marker; // not the store's position, which may be further: the log goes on after the marker
            replaced = true;
            catchUp.require(marker.getIndex());
            LOG.atInfo()
                    .addKeyValue("segment", segment)
                    .addKeyValue("marker", marker)
                    .addKeyValue("position", rows.position())
                    .log("marker taken over");
        } catch (IOException | RuntimeException e) {
            failed(e);
        }
        paused = false;
        lifeCycle().transition(LifeCycle.State.STARTING);
        lifeCycle().transition(LifeCycle.State.RUNNING);
    }

    @Override
    public void close() {
        catchUp.close();
        lifeCycle()
                .checkStateAndClose(() -> LOG.atInfo()
                        .addKeyValue("segment", segment)
                        .addKeyValue("position", rows.position())
                        .log("group closed"));
    }

    /* --------------- the log --------------- */

    @Override
    @Nullable
    String refusal() {
        return installing() || stopped ? "segment " + segment + " is not ready on this node" : null;
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
            long stored = applier.position().index();
            if (index > stored) {
                Invariant.check(index == stored + 1, "entry %s after %s: there is a hole between", index, stored);
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
        replaced |= catchUp.renewDistrusted(applier.position().index());
        if (catchUp.pending() && !catchUp.await(this::isClosing)) {
            stopped = true;
            return false;
        }
        if (replaced) {
            replaced = false;
            markers.sync();
            applier.invalidate();
        }
        return true;
    }

    private boolean isClosing() {
        return closeExpected || isDivisionClosing();
    }

    private void failed(Throwable cause) {
        stopped = true;
        if (cause instanceof InvariantBroken) {
            hooks.groupStopped(segment, cause);
        } else {
            hooks.fatal(segment, cause);
        }
        if (isClosing()) {
            return; // Ratis' updater would spin for ever if it failed while its group is being closed
        }
        // Thrown on the updater thread it closes the group; a failed future would only be logged.
        throw new IllegalStateException("segment " + segment + " stopped", cause);
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

    /* --------------- events --------------- */

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

    /** Comes after the group was closed: on request, by a long pause of the JVM, or because it is not a member now. */
    @Override
    public void notifyServerShutdown(RoleInfoProto role, boolean allServer) {
        if (closeExpected || stopped) {
            return;
        }
        if (allServer) {
            hooks.fatal(segment, new IllegalStateException("Ratis closed its server by itself"));
        } else {
            stopped = true;
            hooks.groupStopped(segment, new IllegalStateException("this node is no longer a member of the group"));
        }
    }
}
