package io.nexus.api.records;

import io.grpc.Channel;
import io.nexus.api.cluster.Peers;
import io.nexus.api.peer.v1.RecordCatchUp;
import io.nexus.api.peer.v1.RecordFollow;
import io.nexus.api.peer.v1.RecordFrame;
import io.nexus.crdt.CorruptBytes;
import io.nexus.crdt.records.Origin;
import io.nexus.crdt.records.RecordReplica;
import io.nexus.crdt.records.Revision;
import io.nexus.crdt.records.RevisionCodec;
import io.nexus.crdt.records.Statement;
import io.nexus.crdt.records.VersionVector;
import io.nexus.statemachine.model.NodeEntry;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the writes of the other nodes here: follows each of them directly, and fetches from whoever has it what cannot
 * come directly, because its writer is out of reach or gone. One transfer at a time. All on the writer thread.
 */
public final class RecordSync implements AutoCloseable, RecordFollower.Events {
    private static final Logger LOG = LoggerFactory.getLogger(RecordSync.class);
    private static final long TICK_MILLIS = 250;
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long PULL_SILENCE_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final long UNION_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final int COLLECT_MAX = 5_000;

    private final Records records;
    private final Peers peers;
    private final RecordMetrics metrics;
    private final long roundNanos;
    private final Map<String, RecordFollower> followers = new TreeMap<>();
    private final Map<String, Long> notBefore = new HashMap<>();
    private final Map<String, Long> unions = new HashMap<>();
    /** From whom to fetch, and whether everything. */
    private final Map<String, Boolean> wanted = new LinkedHashMap<>();

    private @Nullable RecordPull pull;
    private long roundAt = System.nanoTime();
    private volatile boolean closed;
    private volatile int followed;

    public RecordSync(Records records, Peers peers, RecordMetrics metrics, RecordSettings settings) {
        this.records = records;
        this.peers = peers;
        this.metrics = metrics;
        this.roundNanos = settings.syncInterval().toNanos();
        metrics.followed(() -> followed);
    }

    public void start() {
        records.thread().offer(this::tick);
        records.thread().every(TICK_MILLIS, this::tick);
    }

    /** Leaves the others alone; the records stay readable and writable. */
    @Override
    public void close() {
        closed = true;
        records.thread().offer(() -> {
            followers.values().forEach(follower -> follower.close("the node is stopping"));
            followers.clear();
            RecordPull running = pull;
            if (running != null) {
                running.giveUp("the node is stopping");
            }
        });
    }

    private void tick() {
        if (closed) {
            return;
        }
        long now = System.nanoTime();
        Set<String> roster = peers.others().stream().map(NodeEntry::nodeId).collect(Collectors.toSet());
        for (RecordFollower follower : List.copyOf(followers.values())) {
            if (!roster.contains(follower.peer())) {
                drop(follower, "it is not in the cluster any more", 0);
            } else if (now - follower.heardNanos() > SILENCE_NANOS) {
                drop(follower, "silent", 0);
            }
        }
        roster.forEach(this::follow);
        followed = (int) followers.values().stream()
                .filter(follower -> follower.origin() != null)
                .count();
        watchPull(now);
        if (now - roundAt >= 0) {
            roundAt = now + roundNanos;
            round(roster);
        }
    }

    /** What is done now and then. */
    private void round(Set<String> roster) {
        Set<UUID> others = roster.stream().map(UUID::fromString).collect(Collectors.toSet());
        records.lives().expect(others);
        RecordReplica replica = records.replica();
        metrics.dropped(replica.collect(others, COLLECT_MAX, records.now()));
        if (pull == null) {
            records.publish(replica.adopt(others, records.now()));
        }
    }

    /* --------------- following --------------- */

    private void follow(String peer) {
        boolean waits = notBefore.getOrDefault(peer, Long.MIN_VALUE / 2) - System.nanoTime() > 0;
        Channel channel = peers.live(peer);
        if (followers.containsKey(peer) || waits || wanted.containsKey(peer) || isPulling(peer) || channel == null) {
            return;
        }
        RecordFollower follower = new RecordFollower(peer, records.thread(), this);
        followers.put(peer, follower);
        follower.open(
                channel,
                RecordFollow.newBuilder()
                        .setFrom(peers.selfId())
                        .setVector(RecordWire.bytes(records.replica().state().vector()))
                        .build());
    }

    private boolean isPulling(String peer) {
        RecordPull running = pull;
        return running != null && running.peer().equals(peer);
    }

    private void drop(RecordFollower follower, String why, long pauseNanos) {
        follower.close(why);
        if (followers.remove(follower.peer(), follower)) {
            notBefore.put(follower.peer(), System.nanoTime() + pauseNanos);
        }
    }

    @Override
    public void ended(RecordFollower from, @Nullable Throwable cause) {
        LOG.atDebug()
                .addKeyValue("peer", from.peer())
                .addKeyValue("cause", String.valueOf(cause))
                .log("following a node's records ended");
        drop(from, "ended", PAUSE_NANOS);
    }

    @Override
    public void frame(RecordFollower from, RecordFrame frame) {
        try {
            if (frame.getTooOld()) {
                want(from.peer(), false);
                drop(from, "its recent writes do not reach back to here", 0);
                return;
            }
            if (frame.getWritesCount() > 0) {
                take(from, frame);
            }
            if (!frame.getState().isEmpty()) {
                heard(from.peer(), new Statement(UUID.fromString(from.peer()), RecordWire.state(frame.getState())));
            }
        } catch (CorruptBytes e) {
            LOG.atWarn()
                    .addKeyValue("peer", from.peer())
                    .addKeyValue("cause", e.getMessage())
                    .log("damaged records arrived");
            drop(from, "damaged", PAUSE_NANOS);
        }
    }

    private void take(RecordFollower from, RecordFrame frame) {
        Origin origin = RevisionCodec.decodeOrigin(frame.getOrigin().toByteArray());
        List<Revision> writes = RecordWire.writes(frame);
        metrics.received(writes.size());
        switch (records.replica().tail(origin, frame.getPrev(), writes, records.now())) {
            case APPLIED -> {}
            case GAP -> drop(from, "a gap", 0);
            case FUTURE -> {
                metrics.future(from.peer());
                LOG.atWarn()
                        .addKeyValue("peer", from.peer())
                        .log("a node's clock is ahead: its records wait until they are due");
                drop(from, "stamped in the future", PAUSE_NANOS);
            }
        }
    }

    /* --------------- what others have --------------- */

    private void heard(String peer, Statement statement) {
        RecordReplica replica = records.replica();
        replica.heard(statement);
        if (replica.wasSetBack(statement)) {
            LOG.atWarn()
                    .addKeyValue("peer", peer)
                    .log("another node has writes of this one that are not here any more");
            records.renew();
        } else {
            records.lives().agrees(statement.node());
        }
        if (replica.diverges(statement) && unionIsDue(peer)) {
            metrics.diverged();
            LOG.atError().addKeyValue("peer", peer).log("two copies of the records differ: taking all from there");
            want(peer, true);
            return;
        }
        VersionVector missing = replica.missing(statement);
        if (!missing.seqs().keySet().stream().allMatch(this::comesDirectly)) {
            want(peer, false);
        }
    }

    private boolean unionIsDue(String peer) {
        long now = System.nanoTime();
        Long last = unions.get(peer);
        boolean due = last == null || now - last > UNION_NANOS;
        if (due) {
            unions.put(peer, now);
        }
        return due;
    }

    private boolean comesDirectly(Origin origin) {
        return followers.values().stream().anyMatch(follower -> origin.equals(follower.origin()));
    }

    /* --------------- fetching --------------- */

    private void want(String peer, boolean everything) {
        wanted.merge(peer, everything, Boolean::logicalOr);
        fetchNext();
    }

    private void fetchNext() {
        if (pull != null || wanted.isEmpty() || closed) {
            return;
        }
        Map.Entry<String, Boolean> first = wanted.entrySet().iterator().next();
        String peer = first.getKey();
        boolean everything = first.getValue();
        wanted.remove(peer);
        Channel channel = peers.bulk(peer);
        if (channel == null) {
            return;
        }
        RecordPull next = new RecordPull(peer, records, metrics, this::pulled);
        pull = next;
        next.open(
                channel,
                RecordCatchUp.newBuilder()
                        .setFrom(peers.selfId())
                        .setVector(RecordWire.bytes(records.replica().state().vector()))
                        .setEverything(everything)
                        .build());
    }

    private void pulled() {
        RecordPull done = pull;
        pull = null;
        if (done != null && !closed) {
            if (!done.complete()) {
                notBefore.put(done.peer(), System.nanoTime() + PAUSE_NANOS);
            }
            follow(done.peer());
            fetchNext();
        }
    }

    private void watchPull(long now) {
        RecordPull running = pull;
        if (running != null && now - running.heardNanos() > PULL_SILENCE_NANOS) {
            running.giveUp("silent");
        }
        fetchNext();
    }
}
