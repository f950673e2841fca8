package io.nexus.api.consensus;

import io.nexus.api.cluster.GroupControl;
import io.nexus.api.consensus.GroupMachines.Machine;
import io.nexus.statemachine.model.NodeEntry;
import io.nexus.statemachine.ratis.GroupHooks;
import io.nexus.statemachine.ratis.GroupIds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachine;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Raft groups that run on this node: owns Ratis' server, finds the groups of the last run on disk, starts, changes
 * and removes groups.
 *
 * <p>Threads: views may be asked by any thread and never block. Changes of groups run one after the other on a thread
 * of their own; their futures complete there, or on Ratis' threads. Failure: futures fail with what Ratis said; a
 * change may have happened all the same, and may be asked for again: each of them does nothing where it is done already.
 */
public final class RatisGroups implements GroupView, GroupControl, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RatisGroups.class);

    private final Setup setup;
    private final GroupDirectory directory;
    private final GroupMachines machines;
    private final GroupHooks hooks;
    private final OwnerHints hints;
    private final RequestIds ids = new RequestIds();
    private final Map<Integer, Machine> created = new ConcurrentHashMap<>();
    private final Map<Integer, String> stopped = new ConcurrentHashMap<>();
    private final Map<Integer, HostedGroup> hosted = new ConcurrentSkipListMap<>();
    private final RaftTransport transport;
    private final Consumer<HostedGroup> opened;
    private final Consumer<HostedGroup> gone;
    private volatile @Nullable RaftServer server;
    private volatile @Nullable GroupChanges changes;
    private volatile boolean closing;
    private volatile Set<Integer> missing = Set.of();

    /**
     * Who this node is, and where it keeps and serves its groups.
     *
     * @param directory holds the groups' logs and nothing else; made if it is not there
     * @param host address to listen on, {@code 0.0.0.0} for all; the members' addresses are in their seats
     * @param overrides Ratis' keys that differ from {@link RatisSettings}, for tests
     */
    public record Setup(
            String nodeId, UUID clusterId, Path directory, String host, int port, Map<String, String> overrides) {
        public Setup {
            overrides = Map.copyOf(overrides);
        }
    }

    /**
     * @param opened hears of each group that starts to run here
     * @param gone hears of each group that was removed from here, or does not work any more
     */
    RatisGroups(
            Setup setup,
            GroupMachines machines,
            GroupHooks hooks,
            OwnerHints hints,
            Consumer<HostedGroup> opened,
            Consumer<HostedGroup> gone) {
        this.setup = setup;
        this.transport = new RaftTransport(setup.nodeId);
        this.directory = new GroupDirectory(setup.directory, setup.clusterId);
        this.machines = machines;
        this.hooks = hooks;
        this.hints = hints;
        this.opened = opened;
        this.gone = gone;
    }

    /**
     * Starts the server and every group found on disk. Blocks until they run.
     *
     * @throws IOException if the address is taken, or the directory holds something else
     */
    void start() throws IOException {
        RaftProperties properties = RatisSettings.properties(setup.directory, setup.host, setup.port, setup.overrides);
        directory.prepare(new RaftLogRepair(RaftServerConfigKeys.Log.Appender.bufferByteLimit(properties)));
        RaftPort.requireFree(setup.host, setup.port);
        Parameters parameters = new Parameters();
        transport.customize(parameters);
        RaftServer starting = RaftServer.newBuilder()
                .setServerId(RaftPeerId.valueOf(setup.nodeId))
                .setStateMachineRegistry(this::machine)
                .setOption(RaftStorage.StartupOption.RECOVER)
                .setProperties(properties)
                .setParameters(parameters)
                .build();
        server = starting;
        changes = new GroupChanges(starting, directory, ids);
        starting.start();
        for (RaftGroupId id : starting.getGroupIds()) {
            open(id);
        }
        LOG.atInfo()
                .addKeyValue("address", setup.host + ":" + setup.port)
                .addKeyValue("groups", hosted.keySet())
                .log("raft started");
    }

    /* --------------- views --------------- */

    @Override
    public GroupState group(int segment) {
        HostedGroup group = hosted.get(segment);
        if (group == null) {
            Condition condition = missing.contains(segment) ? Condition.STOPPED : Condition.UNHOSTED;
            return new GroupState(segment, false, false, 0, null, List.of(), condition);
        }
        return group.state();
    }

    /**
     * What this node's member says, unless others told of a later term: a member that was paused or cut off believes in
     * the past.
     */
    @Override
    public @Nullable String owner(int segment) {
        HostedGroup group = hosted.get(segment);
        OwnerHints.Hint hint = hints.hint(segment);
        if (group == null || group.stoppedBecause() != null) {
            return hint == null ? null : hint.nodeId();
        }
        long term = group.term();
        String leader = group.leader();
        if (hint != null && (hint.term() > term || (leader == null && hint.term() == term))) {
            return hint.nodeId();
        }
        return leader;
    }

    @Nullable
    HostedGroup hosted(int segment) {
        return hosted.get(segment);
    }

    Collection<HostedGroup> hosted() {
        return hosted.values();
    }

    /** The groups that run here and how they are, by segment. */
    public List<GroupState> list() {
        return hosted.values().stream().map(HostedGroup::state).toList();
    }

    /** False once Ratis shut itself down, after a pause that was too long for instance. */
    boolean running() {
        RaftServer current = server;
        return current != null && current.getLifeCycleState() == LifeCycle.State.RUNNING;
    }

    boolean closing() {
        return closing;
    }

    String nodeId() {
        return setup.nodeId;
    }

    /** The group's state machine says that it does not apply any more on this node. */
    void stopped(int segment, String because) {
        stopped.put(segment, because);
        HostedGroup group = hosted.get(segment);
        if (group != null) {
            stopped(group, because);
        }
    }

    void stopped(HostedGroup group, String because) {
        group.stop(because);
        if (hosted.get(group.segment()) == group) {
            gone.accept(group);
        }
    }

    /** Where a group's log is. */
    Path directory(int segment) {
        return directory.of(segment);
    }

    /** Groups that should run here and do not. */
    Set<Integer> missing() {
        return missing;
    }

    void missing(Set<Integer> segments) {
        missing = segments;
    }

    /* --------------- changes --------------- */

    /**
     * Founds the group with all its members; the same call on each of them. Done already where the group exists here.
     *
     * @param members preferred owner first; this node among them
     */
    @Override
    public CompletableFuture<Void> createGroup(int segment, List<NodeEntry> members) {
        return changes().found(segment, members, () -> forget(segment)).thenRun(() -> open(id(segment)));
    }

    /** Starts an empty replica that waits for the leader to take it in: it never stands for election before. */
    @Override
    public CompletableFuture<Void> createEmpty(int segment) {
        return changes().join(segment).thenRun(() -> open(id(segment)));
    }

    /**
     * Gives a member's seat to another node. Only on the group's leader; the new node must have called {@link
     * #createEmpty} before. Fails if the member is this node (leadership is handed over then, ask the new leader), or
     * if it is the only one: its log is gone with it.
     */
    @Override
    public CompletableFuture<Void> replaceMember(int segment, String oldNodeId, NodeEntry replacement) {
        HostedGroup group = hosted.get(segment);
        if (group == null) {
            return CompletableFuture.failedFuture(new IOException("segment " + segment + " is not hosted here"));
        }
        return changes().replace(group, oldNodeId, replacement);
    }

    /** Stops the group here and deletes its log; its rows stay in the store. */
    @Override
    public CompletableFuture<Void> removeGroup(int segment) {
        return changes().remove(segment, () -> forget(segment));
    }

    /** Hands leadership to another member; writes are refused for the moment it takes. Only on the leader. */
    public CompletableFuture<Void> transferLeadership(int segment, String nodeId) {
        return changes().transfer(segment, nodeId, GroupChanges.TRANSFER_MILLIS);
    }

    /** Somebody leads a segment in a term: from heartbeats. */
    public void learnOwner(int segment, long term, String nodeId) {
        hints.learn(segment, term, nodeId);
    }

    CompletableFuture<Void> snapshot(int segment) {
        return changes().snapshot(segment);
    }

    RequestIds ids() {
        return ids;
    }

    /** Waits until every group applied what is committed and closed its state machine. The store may be closed then. */
    @Override
    public void close() throws IOException {
        closing = true;
        GroupChanges current = changes;
        if (current != null) {
            current.close();
        }
        created.values().parallelStream().forEach(Machine::prepareClose);
        RaftServer running = server;
        if (running != null) {
            running.close();
        }
        transport.close();
    }

    /* --------------- inside --------------- */

    private StateMachine machine(RaftGroupId id) {
        int segment = GroupIds.segment(id);
        stopped.remove(segment);
        Machine machine = machines.create(segment, hooks);
        created.put(segment, machine);
        return machine.ratis();
    }

    /** The group is about to be closed on purpose. */
    private void forget(int segment) {
        HostedGroup removed = hosted.remove(segment);
        if (removed != null) {
            gone.accept(removed);
        }
        Machine machine = created.remove(segment);
        if (machine != null) {
            machine.prepareClose();
        }
    }

    private void open(RaftGroupId id) {
        int segment = GroupIds.segment(id);
        Machine machine = created.get(segment);
        HostedGroup known = hosted.get(segment);
        if (machine == null || (known != null && known.machine() == machine)) {
            return;
        }
        try {
            HostedGroup group = new HostedGroup(segment, server().getDivision(id), machine);
            hosted.put(segment, group);
            String because = stopped.get(segment);
            if (because == null) {
                opened.accept(group);
            } else {
                group.stop(because); // before it was open
            }
        } catch (IOException e) {
            LOG.atError().addKeyValue("segment", segment).setCause(e).log("group did not start");
        }
    }

    private RaftGroupId id(int segment) {
        return GroupIds.of(setup.clusterId, segment);
    }

    private RaftServer server() {
        RaftServer current = server;
        if (current == null) {
            throw new IllegalStateException("not started");
        }
        return current;
    }

    private GroupChanges changes() {
        GroupChanges current = changes;
        if (current == null) {
            throw new IllegalStateException("not started");
        }
        return current;
    }
}
