package io.nexus.statemachine.ratis;

import java.io.IOException;
import java.util.Collection;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachine;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;

/**
 * What of Ratis' contract is the same whatever is stored: batches are proposed by this JVM alone, reads do not go
 * through Ratis, nobody has a say in the order of the log, and the node hears of leaders and of a log that failed.
 */
abstract class LogOnlyStateMachine implements StateMachine, StateMachine.EventApi, StateMachine.LeaderEventApi {
    private final int segment;
    private final GroupHooks hooks;
    private final LifeCycle lifeCycle = new LifeCycle(getClass().getSimpleName());
    private volatile @Nullable RaftServer server;
    private volatile @Nullable RaftGroupId groupId;

    LogOnlyStateMachine(int segment, GroupHooks hooks) {
        this.segment = segment;
        this.hooks = hooks;
    }

    /** Null if batches may be proposed now, else why not. */
    abstract @Nullable String refusal();

    @Override
    public void initialize(RaftServer raftServer, RaftGroupId id, RaftStorage storage) throws IOException {
        server = raftServer;
        groupId = id;
        lifeCycle.setName(id.toString());
    }

    final LifeCycle lifeCycle() {
        return lifeCycle;
    }

    @Override
    public final LifeCycle.State getLifeCycleState() {
        return lifeCycle.getCurrentState();
    }

    /** True once Ratis began to close the group. It tells the state machine only when the updater has ended. */
    final boolean isDivisionClosing() {
        try {
            return !Objects.requireNonNull(server)
                    .getDivision(Objects.requireNonNull(groupId))
                    .getInfo()
                    .isAlive();
        } catch (IOException e) {
            return true; // no longer one of the server's groups
        }
    }

    /* --------------- proposals --------------- */

    @Override
    public final TransactionContext startTransaction(RaftClientRequest request) {
        Message message = request.getMessage();
        TransactionContext context = TransactionContext.newBuilder()
                .setStateMachine(this)
                .setClientRequest(request)
                .setLogData(message.getContent())
                .setStateMachineContext(message)
                .build();
        if (!(message instanceof BatchMessage batch)) {
            return context.setException(new IOException("batches are proposed by the node itself"));
        }
        String refusal = refusal();
        if (refusal != null) {
            return context.setException(new IOException(refusal));
        }
        batch.started();
        return context;
    }

    /** Ratis also cancels what it did append, if it loses leadership in that very moment: then it is no cancellation. */
    @Override
    public final TransactionContext cancelTransaction(TransactionContext context) {
        if (context.getStateMachineContext() instanceof BatchMessage batch && context.getLogEntry() == null) {
            batch.cancelled();
        }
        return context;
    }

    /** Never used to reject: Ratis forgets to give back the permit of a request that is rejected here. */
    @Override
    public final TransactionContext preAppendTransaction(TransactionContext context) {
        return context;
    }

    @Override
    public final TransactionContext applyTransactionSerial(TransactionContext context) {
        return context;
    }

    /* --------------- reads --------------- */

    @Override
    public final CompletableFuture<Message> query(Message request) {
        return CompletableFuture.failedFuture(new IOException("reads do not go through the log's server"));
    }

    @Override
    public final CompletableFuture<Message> queryStale(Message request, long minIndex) {
        return query(request);
    }

    /* --------------- events --------------- */

    @Override
    public final void notifyLeaderChanged(RaftGroupMemberId member, @Nullable RaftPeerId leader) {
        hooks.leaderChanged(segment, leader == null ? null : leader.toString());
    }

    @Override
    public final void notifyNotLeader(Collection<TransactionContext> pending) {
        hooks.notLeader(segment);
    }

    /** After one failure of its disk the log takes no entry for ever, though the group goes on to say that it runs. */
    @Override
    public final void notifyLogFailed(Throwable cause, @Nullable LogEntryProto entry) {
        hooks.fatal(segment, cause);
    }
}
