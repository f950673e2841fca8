package io.nexus.api.ratislab;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.GroupManagementRequest;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;

/** Requests to Ratis, made in the JVM of the node that they go to, as Nexus makes them. Any thread but Ratis' own. */
final class LabControl {
    private static final long WAIT_SECONDS = 60;

    private final ClientId client = ClientId.randomId();
    private final AtomicLong calls = new AtomicLong();
    private final Lab lab;

    LabControl(Lab lab) {
        this.lab = lab;
    }

    /** A new group whose members know each other from the start. */
    void found(int group, Collection<String> members) throws Exception {
        for (String member : members) {
            add(member, RaftGroup.valueOf(lab.groupId(group), lab.peers(members)), true);
        }
    }

    /** A member-to-be: no peers, so that it cannot vote before the group takes it in. */
    void addEmpty(int group, String node) throws Exception {
        add(node, RaftGroup.valueOf(lab.groupId(group)), true);
    }

    RaftClientReply add(String node, RaftGroup group, boolean format) throws Exception {
        LabNode target = lab.node(node);
        return get(target.server()
                .groupManagementAsync(GroupManagementRequest.newAdd(
                        client, RaftPeerId.valueOf(node), calls.incrementAndGet(), group, format)));
    }

    /** Removes the group from a node with its directory and rows. */
    void remove(int group, String node) throws Exception {
        LabNode target = lab.node(node);
        target.machine(group).abandon();
        get(target.server()
                .groupManagementAsync(GroupManagementRequest.newRemove(
                        client,
                        RaftPeerId.valueOf(node),
                        calls.incrementAndGet(),
                        lab.groupId(group),
                        /* deleteDirectory */ true,
                        /* renameDirectory */ false)));
        target.database().drop(group);
    }

    /** @return the index that the snapshot covers, -1 if the state machine took none */
    long snapshot(int group, LabNode node) throws Exception {
        RaftClientReply reply = get(node.server()
                .snapshotManagementAsync(SnapshotManagementRequest.newCreate(
                        client,
                        RaftPeerId.valueOf(node.id()),
                        lab.groupId(group),
                        calls.incrementAndGet(),
                        WAIT_SECONDS * 1000,
                        /* creationGap */ 1)));
        if (!reply.isSuccess()) {
            throw new IOException(reply.getException());
        }
        return reply.getLogIndex();
    }

    RaftClientReply transfer(int group, LabNode leader, String target, long timeoutMillis) throws Exception {
        return get(leader.server()
                .transferLeadershipAsync(new TransferLeadershipRequest(
                        client,
                        RaftPeerId.valueOf(leader.id()),
                        lab.groupId(group),
                        calls.incrementAndGet(),
                        RaftPeerId.valueOf(target),
                        timeoutMillis)));
    }

    /** One attempt to make the node the leader; false if it was refused or in vain. */
    boolean tryTransfer(int group, String target) {
        try {
            return transfer(group, lab.awaitLeader(group), target, 5_000).isSuccess();
        } catch (Exception e) {
            return false;
        }
    }

    /**
     * Takes effect only if the members are {@code from} at that moment.
     *
     * <p>Asked on a thread of its own, because Ratis answers on the caller's and may never do so: a leader whose own seat
     * went closes its division with the lock held that a second request, which the closing waits for, wants.
     */
    RaftClientReply compareAndSet(int group, LabNode leader, Collection<String> from, Collection<String> to)
            throws Exception {
        SetConfigurationRequest.Arguments arguments = SetConfigurationRequest.Arguments.newBuilder()
                .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
                .setServersInCurrentConf(lab.peers(from))
                .setServersInNewConf(lab.peers(to))
                .build();
        SetConfigurationRequest request = new SetConfigurationRequest(
                client, RaftPeerId.valueOf(leader.id()), lab.groupId(group), calls.incrementAndGet(), arguments);
        CompletableFuture<RaftClientReply> reply = new CompletableFuture<>();
        Thread asking = new Thread(() -> ask(leader, request, reply), "lab-set-configuration");
        asking.setDaemon(true);
        asking.start();
        return get(reply);
    }

    private static void ask(LabNode leader, SetConfigurationRequest request, CompletableFuture<RaftClientReply> reply) {
        try {
            leader.server().setConfigurationAsync(request).whenComplete((answer, failure) -> {
                if (failure == null) {
                    reply.complete(answer);
                } else {
                    reply.completeExceptionally(failure);
                }
            });
        } catch (IOException | RuntimeException e) {
            reply.completeExceptionally(e);
        }
    }

    /** One attempt. True: accepted. False: refused, or unknown, which is to be read from the leader. */
    boolean trySwap(int group, Collection<String> from, Collection<String> to) {
        try {
            return compareAndSet(group, lab.awaitLeader(group), from, to).isSuccess();
        } catch (Exception e) {
            return false;
        }
    }

    boolean areMembers(int group, List<String> sorted) {
        try {
            return members(group, lab.awaitLeader(group)).equals(sorted);
        } catch (IOException e) {
            return false;
        }
    }

    /** The voters as the node knows them. */
    List<String> members(int group, LabNode node) throws IOException {
        return node.division(group).getRaftConf().getCurrentPeers().stream()
                .map(RaftPeer::getId)
                .map(RaftPeerId::toString)
                .sorted()
                .toList();
    }

    CompletableFuture<RaftClientReply> submit(int group, LabNode node, long command) {
        return node.submit(request(group, node, command, RaftClientRequest.writeRequestType()));
    }

    CompletableFuture<RaftClientReply> read(int group, LabNode node) {
        return node.submit(request(group, node, 0, RaftClientRequest.readRequestType()));
    }

    /** One command, proposed again with the same id until some leader answers; its first answer. */
    long write(int group, long command) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        Exception last = new IllegalStateException("not tried");
        while (System.nanoTime() < deadline) {
            LabNode leader = lab.awaitLeader(group);
            try {
                RaftClientReply reply = submit(group, leader, command).get(3, TimeUnit.SECONDS);
                if (reply.isSuccess() && ToyMachine.answer(reply.getMessage()) > 0) {
                    return ToyMachine.answer(reply.getMessage());
                }
                last = reply.getException() == null ? new IOException("applied elsewhere") : reply.getException();
            } catch (ExecutionException | TimeoutException e) {
                last = e;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
        throw new IllegalStateException("no answer for command " + command, last);
    }

    void write(int group, long firstCommand, int count) {
        for (long command = firstCommand; command < firstCommand + count; command++) {
            write(group, command);
        }
    }

    private RaftClientRequest request(int group, LabNode node, long command, RaftClientRequest.Type type) {
        return RaftClientRequest.newBuilder()
                .setClientId(client)
                .setServerId(RaftPeerId.valueOf(node.id()))
                .setGroupId(lab.groupId(group))
                .setCallId(calls.incrementAndGet())
                .setMessage(ToyMachine.message(command))
                .setType(type)
                .build();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(WAIT_SECONDS, TimeUnit.SECONDS);
    }
}
