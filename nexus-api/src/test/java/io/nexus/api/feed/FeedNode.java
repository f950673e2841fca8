package io.nexus.api.feed;

import io.nexus.api.metrics.Meters;
import io.nexus.crdt.Branches;
import io.nexus.crdt.Digest;
import io.nexus.crdt.Position;
import io.nexus.crdt.RowChange;
import io.nexus.crdt.Step;
import io.nexus.statemachine.rows.BranchesRow;
import io.nexus.statemachine.rows.RowKeys;
import io.nexus.statemachine.storage.IndexRule;
import io.nexus.statemachine.storage.NodeStore;
import io.nexus.statemachine.storage.RowUpdate;
import io.nexus.statemachine.storage.SegmentStore;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One node of the lab: a store, what it offers and whom it follows; a member's log is the test's thread. */
final class FeedNode {
    final String id;
    static final IndexRule RULE =
            (key, value) -> key[0] == 3 ? OptionalLong.of(ByteBuffer.wrap(key).getInt(1)) : OptionalLong.empty();

    final NodeStore store;
    final Meters meters = new Meters();
    final List<Long> heard = new CopyOnWriteArrayList<>();
    final List<Integer> installs = new CopyOnWriteArrayList<>();
    final AtomicReference<@Nullable Throwable> fatal = new AtomicReference<>();
    final FeedMetrics metrics;
    final FeedHub hub;
    final FeedEndpoint endpoint;
    final FeedClient client;
    final SegmentPuller puller;

    FeedNode(String id, NodeStore store, FeedLab lab) {
        this.id = id;
        this.store = store;
        metrics = new FeedMetrics(meters);
        hub = new FeedHub(2, store, metrics);
        endpoint = new FeedEndpoint(hub, () -> FeedLab.CLUSTER, lab.fanOut);
        FeedListener listener = FeedListener.all(List.of(hub, new Recorder()));
        client = new FeedClient(new FeedClient.Ports(
                lab.peers(id),
                lab.groups(id),
                lab.cluster(id),
                lab.progress(id),
                store,
                listener,
                metrics,
                segment -> FeedLab.GENESIS,
                fatal::set));
        puller = new SegmentPuller(lab.peers(id), lab.groups(id), lab.cluster(id), listener, metrics);
    }

    void start() {
        hub.start();
        endpoint.start();
        client.start(2);
    }

    void follow() {
        client.follow(FeedLab.STREAM).join();
    }

    SegmentStore segment() {
        return store.segment(FeedLab.STREAM);
    }

    boolean suspect() {
        FollowState state = client.state(FeedLab.STREAM);
        return state != null && state.suspect();
    }

    long seq() {
        Position position = segment().position();
        return position == null ? 0 : position.seq();
    }

    /** One log entry at a member: the row gets this value; null deletes it. */
    Step apply(int row, @Nullable String value) {
        Step step = applyQuietly(row, value);
        hub.onStep(step);
        return step;
    }

    /** Like an entry that was applied before the node started: no longer in the window. */
    Step applyQuietly(int row, @Nullable String value) {
        Position stored = segment().position();
        Position now = stored == null ? FeedLab.GENESIS : stored;
        byte[] key = key(row);
        byte[] after = value == null ? null : value.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        Position next = new Position(
                now.stream(),
                now.incarnation(),
                now.nonce(),
                now.seq() + 1,
                1,
                now.index() + 1,
                now.clockMillis(),
                now.digest(),
                now.live());
        Position committed =
                segment().commit(next, List.of(new RowUpdate(key, segment().get(key), after)));
        return new Step(committed, List.of(new RowChange(key, after)));
    }

    static byte[] key(int row) {
        return ByteBuffer.allocate(5).put((byte) 3).putInt(row).array();
    }

    /** The first step of a new incarnation: what the recovery of a segment writes. */
    void begin(int incarnation) {
        Position now = java.util.Objects.requireNonNull(segment().position());
        Branches table = BranchesRow.of(segment()).with(new Branches.Branch(incarnation, 1_000, now.seq()));
        byte[] key = RowKeys.branches();
        byte[] value = BranchesRow.encode(table);
        Position begun = new Position(
                now.stream(),
                incarnation,
                1_000,
                now.seq() + 1,
                1,
                0,
                now.clockMillis(),
                now.digest().plus(Digest.of(key, value)),
                now.live());
        Step step = new Step(begun, List.of(new RowChange(key, value)));
        segment().commitStep(step);
        hub.onStep(step);
    }

    /** A member hears of what the owner decided. */
    void replicate(Step step) {
        segment().commitStep(step);
        hub.onStep(step);
    }

    Map<String, String> rows() {
        Map<String, String> rows = new TreeMap<>();
        segment().scan(new byte[0], (key, value) -> rows.put(HexFormat.of().formatHex(key), new String(value)));
        return rows;
    }

    long counter(String name) {
        return meters.counter(name).getCount();
    }

    private final class Recorder implements FeedListener {
        @Override
        public void onStep(Step step) {
            heard.add(step.seq());
        }

        @Override
        public void onInstalled(int segment) {
            installs.add(segment);
        }
    }
}
