package io.nexus.api.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import io.nexus.api.keyspace.ChangeSource;
import io.nexus.api.keyspace.Subtree;
import io.nexus.api.service.TestLog;
import io.nexus.api.watch.WatchEvent.Cause;
import io.nexus.api.watch.WatchEvent.Resync;
import io.nexus.crdt.Position;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.storage.SegmentStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WatchesTest {
    private static final int RING_STEPS = 16;
    private static final PoolEntry HOMES = TestLog.pool("homes", "10.1.0.0/24", 1, 1);

    private final Counters counters = new Counters();
    private final WatchNode node = new WatchNode(RING_STEPS, 2_000, List.of(counters));
    private final TestLog catalogue = new TestLog(0, node.store, node.listener);
    private final TestLog log = new TestLog(1, node.store, node.listener);
    private final WatchClient client = new WatchClient(false);

    WatchesTest() {
        client.take(Long.MAX_VALUE);
        catalogue.enter(HOMES);
        log.open(HOMES);
    }

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void slowWatcher_thatFallsOutOfTheWindow_beginsAnewWhereItWantedASnapshot() {
        client.open(node, List.of("homes"), List.of(), List.of(), true);
        eventually(() -> assertThat(client.inSnapshot()).isFalse());
        client.take(0);
        for (int i = 0; i < 3 * RING_STEPS; i++) {
            log.allocate(HOMES, "s" + i);
        }
        client.take(Long.MAX_VALUE);
        eventually(() -> assertThat(client.state()).hasSize(1 + 3 * RING_STEPS));
        // Once, or again where the log went on faster than the first new snapshot was read.
        assertThat(resyncs())
                .isNotEmpty()
                .containsOnly(new Resync(Cause.TOO_OLD, resyncs().get(0).message(), true));
    }

    @Test
    void slowWatcher_withoutSnapshot_isToldAndSentAway() {
        client.open(node, List.of("homes"), List.of(), List.of(), false);
        eventually(() -> assertThat(client.token()).isNotEmpty());
        client.take(0);
        for (int i = 0; i < 3 * RING_STEPS; i++) {
            log.allocate(HOMES, "s" + i);
        }
        client.take(Long.MAX_VALUE);
        eventually(() -> assertThat(client.ended()).isTrue());
        assertThat(resyncs()).extracting(Resync::cause).containsExactly(Cause.TOO_OLD);
        assertThat(resyncs().get(0).snapshotFollows()).isFalse();
        assertThat(client.why()).isNull();
    }

    @Test
    void quietWatcher_keepsItsPlaceWhileOthersChange() {
        client.open(node, List.of(), List.of("nobody"), List.of(), false);
        eventually(() -> assertThat(client.token()).isNotEmpty());
        WatchClient busy = new WatchClient(false);
        busy.take(Long.MAX_VALUE);
        busy.open(node, List.of("homes"), List.of(), List.of(), true);
        for (int i = 0; i < 3 * RING_STEPS; i++) {
            int many = i;
            log.allocate(HOMES, "s" + i);
            if (i % 4 == 0) { // the window is small, and the node itself must not fall out of it
                eventually(() -> assertThat(busy.state()).hasSize(2 + many));
            }
        }
        log.allocate(HOMES, "nobody");
        eventually(() -> assertThat(client.state()).hasSize(1));
        assertThat(resyncs()).isEmpty();
    }

    @Test
    void token_ofALostBranch_isRefused() {
        client.open(node, List.of("homes"), List.of(), List.of(), true);
        log.allocate(HOMES, "ann");
        eventually(() -> assertThat(client.state()).hasSize(2));
        eventually(() -> assertThat(client.inSnapshot()).isFalse());
        client.hangUp();
        rebuild(1);

        client.open(node, List.of("homes"), List.of(), List.of(), false);
        eventually(() -> assertThat(client.ended()).isTrue());
        assertThat(resyncs()).extracting(Resync::cause).containsExactly(Cause.LOST_BRANCH);
    }

    @Test
    void rebuiltSegment_underAWatcher_isToldAnew() {
        client.open(node, List.of("homes"), List.of(), List.of(), true);
        log.allocate(HOMES, "ann");
        eventually(() -> assertThat(client.state()).hasSize(2));
        rebuild(1);
        eventually(() -> assertThat(resyncs()).extracting(Resync::cause).containsExactly(Cause.REPLACED));
        eventually(() -> assertThat(client.inSnapshot()).isFalse());
        assertThat(client.state()).hasSize(2);
    }

    @Test
    void token_isTheSameOnEveryNode() {
        try (WatchNode other = new WatchNode(RING_STEPS, 10, List.of(counters))) {
            for (int stream = 0; stream <= WatchNode.SEGMENTS; stream++) {
                other.install(stream, node);
            }
            client.open(node, List.of("homes"), List.of(), List.of(), true);
            eventually(() -> assertThat(client.inSnapshot()).isFalse());
            client.hangUp();
            other.copy(log.allocate(HOMES, "ann"));
            client.open(other, List.of("homes"), List.of(), List.of(), false);
            eventually(() -> assertThat(client.state()).hasSize(2));
            assertThat(resyncs()).isEmpty();
        }
    }

    @Test
    void subtree_thatIsPluggedIn_isWatchedToo() {
        counters.put("a", 1);
        client.open(node, List.of(), List.of(), List.of("/nexus/counters"), true);
        eventually(() -> assertThat(client.state()).containsOnly(java.util.Map.entry("/nexus/counters/a", "1")));
        eventually(() -> assertThat(client.inSnapshot()).isFalse());
        counters.put("b", 2);
        counters.put("a", 3);
        eventually(() -> assertThat(client.state())
                .containsOnly(
                        java.util.Map.entry("/nexus/counters/a", "3"), java.util.Map.entry("/nexus/counters/b", "2")));
        client.hangUp();
        counters.remove("a");
        client.open(node, List.of(), List.of(), List.of("/nexus/counters"), false);
        eventually(() -> assertThat(client.state()).containsOnly(java.util.Map.entry("/nexus/counters/b", "2")));
        assertThat(client.violations()).isEmpty();
    }

    @Test
    void index_findsOnlyThoseWhoMayWantIt() {
        WatchIndex index = new WatchIndex();
        List<WatchSession> sessions = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            WatchFilter filter =
                    WatchFilter.of(new Watches.Request(List.of(), List.of("s" + i), List.of(), "", true), Set.of());
            WatchSession session =
                    new WatchSession(new WatchSession.Setup(filter, true, "grpc", 0), null, null, List.of(), List.of());
            sessions.add(session);
            index.add(session);
        }
        Watched.Held held = new Watched.Held(new io.nexus.api.service.Holding(allocated("s7"), HOMES));
        assertThat(index.interestedIn(List.of(WatchChange.of(held, null)))).isEqualTo(Set.of(sessions.get(7)));
        index.remove(sessions.get(7));
        assertThat(index.interestedIn(List.of(WatchChange.of(held, null)))).isEqualTo(new HashSet<>());
    }

    private io.nexus.statemachine.model.Allocation allocated(String subscriber) {
        log.allocate(HOMES, subscriber);
        return log.given();
    }

    /** The same rows as a new incarnation, as after the loss of a majority. */
    private void rebuild(int stream) {
        SegmentStore rows = node.store.segment(stream);
        Position old = Objects.requireNonNull(rows.position());
        SegmentStore.StoreSnapshot source = Objects.requireNonNull(rows.snapshot());
        try (source;
                SegmentStore.Install install = rows.install()) {
            source.scan(new byte[0], install::put);
            install.finish(new Position(
                    stream, 2, 99, old.seq(), 1, old.index(), old.clockMillis(), old.digest(), old.live()));
        }
        node.listener.onInstalled(stream);
    }

    private List<Resync> resyncs() {
        return client.events().stream()
                .filter(Resync.class::isInstance)
                .map(Resync.class::cast)
                .toList();
    }

    private static void eventually(ThrowingRunnable assertion) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(5))
                .untilAsserted(assertion);
    }

    /** Numbers by name. */
    private static final class Counters implements Subtree, ChangeSource {
        private final TreeMap<String, Integer> numbers = new TreeMap<>();
        private final List<KeyChange> changes = new ArrayList<>();
        private final List<Runnable> wakes = new CopyOnWriteArrayList<>();

        void put(String name, int number) {
            change(name, number);
        }

        void remove(String name) {
            change(name, null);
        }

        private void change(String name, @Nullable Integer number) {
            synchronized (this) {
                Integer before = number == null ? numbers.remove(name) : numbers.put(name, number);
                changes.add(new KeyChange(List.of(name), json(number), json(before)));
            }
            wakes.forEach(Runnable::run);
        }

        private static @Nullable JsonNode json(@Nullable Integer number) {
            return number == null ? null : IntNode.valueOf(number);
        }

        @Override
        public String name() {
            return "counters";
        }

        @Override
        public synchronized Value get(List<String> path) {
            return new Value(path.size() == 1 ? json(numbers.get(path.get(0))) : null, Set.of());
        }

        @Override
        public synchronized Page list(List<String> path, String after, int max) {
            List<Child> children = numbers.entrySet().stream()
                    .map(entry -> Child.leaf(entry.getKey(), json(entry.getValue())))
                    .toList();
            return new Page(path.isEmpty() ? children : List.of(), null, Set.of());
        }

        @Override
        public ChangeSource changes() {
            return this;
        }

        @Override
        public synchronized String position() {
            return Integer.toString(changes.size());
        }

        @Override
        public synchronized Reading read(String after, int max) {
            int from = Integer.parseInt(after);
            int to = Math.min(changes.size(), from + max);
            return new Changes(changes.subList(from, to), Integer.toString(to));
        }

        @Override
        public void addWake(Runnable wake) {
            wakes.add(wake);
        }

        @Override
        public void removeWake(Runnable wake) {
            wakes.remove(wake);
        }
    }
}
