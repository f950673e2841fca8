package io.nexus.api.consensus;

import io.nexus.statemachine.model.NodeEntry;
import io.nexus.statemachine.ratis.GroupIds;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.GroupManagementRequest;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.RaftServer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starting, changing and ending groups through Ratis' own requests inside this JVM. Requests run one after the other on
 * a thread of their own, because some block; what takes long (a new member catching up) only occupies a future.
 */
final class GroupChanges implements AutoCloseable {
    static final long TRANSFER_MILLIS = 2_500;
    private static final Logger LOG = LoggerFactory.getLogger(GroupChanges.class);
    private static final long SNAPSHOT_MILLIS = 60_000;
    private static final long MEMBERSHIP_SECONDS = 60;

    private final RaftServer server;
    private final GroupDirectory directory;
    private final RequestIds ids;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread changing = new Thread(task, "raft-group-changes");
        changing.setDaemon(true);
        return changing;
    });

    GroupChanges(RaftServer server, GroupDirectory directory, RequestIds ids) {
        this.server = server;
        this.directory = directory;
        this.ids = ids;
    }

    /** @param closing called before the group is closed here, to be started anew */
    CompletableFuture<Void> found(int segment, List<NodeEntry> members, Runnable closing) {
        RaftGroup group = RaftGroup.valueOf(
                id(segment), members.stream().map(GroupChanges::peer).toList());
        return onThread(() -> {
            if (!runs(group.getGroupId())) {
                add(group, !Files.exists(directory.of(segment)));
            } else if (server.getDivision(group.getGroupId())
                    .getRaftConf()
                    .getCurrentPeers()
                    .isEmpty()) {
                // The last run ended between making the directory and the first entry, which would have held the
                // members. What the directory does hold, term and vote, must survive: only the division is renewed.
                closing.run();
                expectSuccess(server.groupManagement(GroupManagementRequest.newRemove(
                        ids.client(), server.getId(), ids.next(), group.getGroupId(), false, false)));
                add(group, false);
            }
        });
    }

    CompletableFuture<Void> join(int segment) {
        return onThread(() -> {
            if (!runs(id(segment))) {
                add(RaftGroup.valueOf(id(segment)), !Files.exists(directory.of(segment)));
            }
        });
    }

    private void add(RaftGroup group, boolean format) throws IOException {
        expectSuccess(server.groupManagement(
                GroupManagementRequest.newAdd(ids.client(), server.getId(), ids.next(), group, format)));
    }

    /** @param closing called before the group is closed here */
    CompletableFuture<Void> remove(int segment, Runnable closing) {
        return onThread(() -> {
            closing.run();
            if (runs(id(segment))) {
                expectSuccess(server.groupManagement(GroupManagementRequest.newRemove(
                        ids.client(), server.getId(), ids.next(), id(segment), true, false)));
            }
        });
    }

    CompletableFuture<Void> transfer(int segment, String nodeId, long timeoutMillis) {
        RaftPeerId heir = RaftPeerId.valueOf(nodeId);
        return ask(() -> server.transferLeadershipAsync(new TransferLeadershipRequest(
                        ids.client(), server.getId(), id(segment), ids.next(), heir, timeoutMillis)))
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        releaseStuckTransfer(segment, failure);
                    }
                });
    }

    /**
     * A transfer that failed before it began leaves the leader "stepping down" for ever (Ratis 3.3.0 forgets to reset
     * it), refusing every write: let it really step down.
     */
    private void releaseStuckTransfer(int segment, Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        if (!message.contains("NULL_") && !message.contains("COMPLETED_EXCEPTIONALLY")) {
            return;
        }
        LOG.atWarn().addKeyValue("segment", segment).setCause(failure).log("transfer did not begin, stepping down");
        var unused = ask(() -> server.transferLeadershipAsync(new TransferLeadershipRequest(
                ids.client(), server.getId(), id(segment), ids.next(), null, TRANSFER_MILLIS)));
    }

    CompletableFuture<Void> snapshot(int segment) {
        return ask(() -> server.snapshotManagementAsync(SnapshotManagementRequest.newCreate(
                ids.client(), server.getId(), id(segment), ids.next(), SNAPSHOT_MILLIS, 1)));
    }

    /**
     * One step where Ratis allows it: more members must stay than come. With two members the new one is taken in first
     * and the old one let go then. Compares and sets: an earlier attempt may have been committed without an answer.
     */
    CompletableFuture<Void> replace(HostedGroup group, String oldNodeId, NodeEntry replacement) {
        List<RaftPeer> current = group.peers();
        boolean hasOld = contains(current, oldNodeId);
        boolean hasNew = contains(current, replacement.nodeId());
        if (!hasOld && hasNew) {
            return CompletableFuture.completedFuture(null);
        }
        if (!hasOld) {
            return refuse("node " + oldNodeId + " is not a member of segment " + group.segment());
        }
        if (current.size() == 1) {
            return refuse("segment " + group.segment() + " has only one member: there is nobody to take its log from");
        }
        if (oldNodeId.equals(server.getId().toString())) {
            return handOverFirst(group, oldNodeId, current);
        }
        List<RaftPeer> target = new ArrayList<>(current);
        target.removeIf(peer -> peer.getId().toString().equals(oldNodeId));
        if (hasNew) {
            return set(group, current, target);
        }
        target.add(peer(replacement));
        if (current.size() > 2) {
            return set(group, current, target);
        }
        List<RaftPeer> both = new ArrayList<>(current);
        both.add(peer(replacement));
        return set(group, current, both).thenCompose(added -> set(group, both, target));
    }

    private CompletableFuture<Void> handOverFirst(HostedGroup group, String self, List<RaftPeer> current) {
        String other = current.stream()
                .map(peer -> peer.getId().toString())
                .filter(id -> !id.equals(self))
                .findFirst()
                .orElseThrow();
        return transfer(group.segment(), other, TRANSFER_MILLIS)
                .thenCompose(
                        done -> refuse("this node led segment " + group.segment() + " until now: ask node " + other));
    }

    private CompletableFuture<Void> set(HostedGroup group, List<RaftPeer> from, List<RaftPeer> to) {
        SetConfigurationRequest.Arguments arguments = SetConfigurationRequest.Arguments.newBuilder()
                .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
                .setServersInCurrentConf(from)
                .setServersInNewConf(to)
                .build();
        LOG.atInfo()
                .addKeyValue("segment", group.segment())
                .addKeyValue("from", from)
                .addKeyValue("to", to)
                .log("changing members");
        return ask(() -> server.setConfigurationAsync(new SetConfigurationRequest(
                        ids.client(), server.getId(), id(group.segment()), ids.next(), arguments)))
                .orTimeout(MEMBERSHIP_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        thread.shutdown();
    }

    /** Work that blocks. */
    private CompletableFuture<Void> onThread(Work work) {
        return ask(() -> {
            work.run();
            return CompletableFuture.completedFuture(null);
        });
    }

    /** A request that only begins on our thread; Ratis answers later. */
    private CompletableFuture<Void> ask(Request request) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            thread.execute(() -> {
                try {
                    var unused = request.send().whenComplete((reply, failure) -> settle(done, reply, failure));
                } catch (IOException | RuntimeException e) {
                    done.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException closed) {
            done.completeExceptionally(closed);
        }
        return done;
    }

    /** @param reply null if there was none to wait for */
    private static void settle(
            CompletableFuture<Void> done, @Nullable RaftClientReply reply, @Nullable Throwable failure) {
        if (failure != null) {
            done.completeExceptionally(failure);
        } else if (reply != null && !reply.isSuccess()) {
            done.completeExceptionally(reply.getException());
        } else {
            done.complete(null);
        }
    }

    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

    @FunctionalInterface
    private interface Request {
        CompletableFuture<@Nullable RaftClientReply> send() throws IOException;
    }

    private static void expectSuccess(RaftClientReply reply) throws IOException {
        if (!reply.isSuccess()) {
            throw reply.getException();
        }
    }

    private static CompletableFuture<Void> refuse(String why) {
        return CompletableFuture.failedFuture(new IOException(why));
    }

    private static boolean contains(List<RaftPeer> peers, String nodeId) {
        return peers.stream().anyMatch(peer -> peer.getId().toString().equals(nodeId));
    }

    static RaftPeer peer(NodeEntry node) {
        return RaftPeer.newBuilder()
                .setId(node.nodeId())
                .setAddress(node.raftAddr())
                .build();
    }

    private boolean runs(RaftGroupId group) {
        for (RaftGroupId id : server.getGroupIds()) {
            if (id.equals(group)) {
                return true;
            }
        }
        return false;
    }

    private RaftGroupId id(int segment) {
        return GroupIds.of(directory.clusterId(), segment);
    }
}
