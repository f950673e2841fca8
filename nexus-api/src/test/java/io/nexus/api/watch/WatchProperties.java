package io.nexus.api.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nexus.api.service.TestLog;
import io.nexus.crdt.Step;
import io.nexus.statemachine.model.PoolEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;

/**
 * Watchers that stall, hang up and go on at other nodes, while the nodes copy the steps at their own pace and have
 * segments replaced under them: in the end each has what the store has. Repeat a failure with {@code -Dseed=<n> -Druns=1}.
 */
class WatchProperties {
    private static final int NODES = 3;
    private static final int OPERATIONS = 250;
    private static final List<String> SUBSCRIBERS = List.of("ann", "bob", "cy", "dee", "eve", "fay");
    private static final List<Watches.Request> WANTED = List.of(
            request(List.of(), List.of(), List.of()),
            request(List.of("homes"), List.of(), List.of()),
            request(List.of(), List.of("ann"), List.of()),
            request(List.of("late"), List.of("bob", "cy"), List.of()),
            request(List.of(), List.of(), List.of("/nexus/allocations/by-ip/10.1.0.2")),
            request(List.of(), List.of(), List.of("/nexus/allocations/by-subscriber/dee/biz", "/nexus/pools")));

    private final long firstSeed = Long.getLong("seed", System.nanoTime());
    private final int runs = Integer.getInteger("runs", 12);

    private enum Mistake {
        NONE,
        DEAF_IN_SNAPSHOTS,
        FORGETS_ITS_TOKEN
    }

    @Test
    void everyWatcher_hasWhatTheStoreHas() {
        for (long seed = firstSeed; seed < firstSeed + runs; seed++) {
            try (Run run = new Run(seed, Mistake.NONE)) {
                run.play();
                run.check(Duration.ofSeconds(20));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("failed with -Dseed=" + seed + " -Druns=1", e);
            }
        }
    }

    @Test
    void aWatcherThatDropsChangesBetweenTheEntries_isFoundOut() {
        assertFoundOut(Mistake.DEAF_IN_SNAPSHOTS);
    }

    @Test
    void aWatcherThatGoesOnWithoutItsToken_isFoundOut() {
        assertFoundOut(Mistake.FORGETS_ITS_TOKEN);
    }

    private void assertFoundOut(Mistake mistake) {
        assertThatThrownBy(() -> {
                    for (long seed = firstSeed; seed < firstSeed + 40; seed++) {
                        try (Run run = new Run(seed, mistake)) {
                            run.play();
                            run.check(Duration.ofMillis(400));
                        }
                    }
                })
                .isInstanceOfAny(AssertionError.class, ConditionTimeoutException.class);
    }

    private static Watches.Request request(List<String> pools, List<String> subscribers, List<String> prefixes) {
        return new Watches.Request(pools, subscribers, prefixes, "", true);
    }

    /** One cluster and its watchers. */
    private static final class Run implements AutoCloseable {
        private final Random random;
        private final Mistake mistake;
        private final List<WatchNode> nodes = new ArrayList<>();
        private final List<TestLog> logs = new ArrayList<>();
        private final List<List<Step>> steps = new ArrayList<>();
        private final List<WatchClient> watchers = new ArrayList<>();
        private final Map<Integer, PoolEntry> pools = new TreeMap<>();
        private final Set<String> holdings = new TreeSet<>();
        private int instances = 3;

        Run(long seed, Mistake mistake) {
            this.random = new Random(seed);
            this.mistake = mistake;
            for (int i = 0; i < NODES; i++) {
                nodes.add(new WatchNode(24, 100, List.of()));
            }
            for (int stream = 0; stream <= WatchNode.SEGMENTS; stream++) {
                logs.add(new TestLog(stream, nodes.get(0).store, nodes.get(0).listener));
                steps.add(new ArrayList<>());
            }
            create(TestLog.pool("homes", "10.1.0.0/28", 1, 1));
            create(TestLog.pool("biz", "10.2.0.0/28", 2, 2));
            for (Watches.Request wanted : WANTED) {
                WatchClient watcher = new WatchClient(mistake == Mistake.DEAF_IN_SNAPSHOTS);
                watchers.add(watcher);
                watcher.open(anyNode(), wanted);
            }
        }

        private void create(PoolEntry pool) {
            pools.put(pool.instance(), pool);
            // Either may be heard of first.
            if (random.nextBoolean()) {
                record(logs.get(0).enter(pool));
                record(logs.get(pool.segment()).open(pool));
            } else {
                record(logs.get(pool.segment()).open(pool));
                record(logs.get(0).enter(pool));
            }
        }

        private void record(Step step) {
            steps.get(step.stream()).add(step);
        }

        private WatchNode anyNode() {
            return nodes.get(random.nextInt(NODES));
        }

        void play() {
            for (int i = 0; i < OPERATIONS; i++) {
                int dice = random.nextInt(100);
                if (dice < 45) {
                    write();
                } else if (dice < 65) {
                    copySome();
                } else if (dice < 88) {
                    watchers.get(random.nextInt(watchers.size())).take(1 + random.nextInt(4));
                } else if (dice < 96) {
                    moveOn(random.nextInt(watchers.size()));
                } else if (dice < 98) {
                    replacePool();
                } else {
                    int stream = random.nextInt(WatchNode.SEGMENTS + 1);
                    nodes.get(1 + random.nextInt(NODES - 1)).install(stream, nodes.get(0));
                }
            }
        }

        private void write() {
            List<PoolEntry> open = List.copyOf(pools.values());
            PoolEntry pool = open.get(random.nextInt(open.size()));
            TestLog log = logs.get(pool.segment());
            String subscriber = SUBSCRIBERS.get(random.nextInt(SUBSCRIBERS.size()));
            String holding = pool.instance() + "/" + subscriber;
            if (holdings.add(holding)) {
                record(log.allocate(pool, subscriber));
            } else {
                holdings.remove(holding);
                record(log.release(pool, subscriber));
            }
        }

        /** The pool "late" comes and goes. */
        private void replacePool() {
            PoolEntry old = pools.values().stream()
                    .filter(pool -> pool.spec().id().equals("late"))
                    .findFirst()
                    .orElse(null);
            if (old == null) {
                create(TestLog.pool("late", "10.3.0.0/28", instances++, 1 + random.nextInt(WatchNode.SEGMENTS)));
                return;
            }
            for (String subscriber : SUBSCRIBERS) {
                if (holdings.remove(old.instance() + "/" + subscriber)) {
                    record(logs.get(old.segment()).release(old, subscriber));
                }
            }
            record(logs.get(old.segment()).seal(old));
            record(logs.get(0).remove(old));
            pools.remove(old.instance());
        }

        private void copySome() {
            WatchNode node = nodes.get(1 + random.nextInt(NODES - 1));
            int stream = random.nextInt(WatchNode.SEGMENTS + 1);
            int left = 1 + random.nextInt(10);
            while (left-- > 0 && copyNext(node, stream)) {
                // A step at a time.
            }
        }

        private boolean copyNext(WatchNode node, int stream) {
            long next = node.seq(stream); // the step of seq n is at n - 1
            if (next >= steps.get(stream).size()) {
                return false;
            }
            node.copy(steps.get(stream).get((int) next));
            return true;
        }

        private void moveOn(int number) {
            WatchClient watcher = watchers.get(number);
            Watches.Request wanted = WANTED.get(number);
            watcher.hangUp();
            if (mistake == Mistake.FORGETS_ITS_TOKEN && !watcher.token().isEmpty()) {
                watcher.open(
                        anyNode(),
                        new Watches.Request(wanted.pools(), wanted.subscribers(), wanted.prefixes(), "", false));
                return;
            }
            boolean fresh = watcher.ended() || watcher.inSnapshot();
            if (fresh) {
                watcher.forgetToken();
            }
            watcher.open(
                    anyNode(), wanted.pools(), wanted.subscribers(), wanted.prefixes(), fresh || random.nextBoolean());
        }

        void check(Duration patience) {
            for (WatchNode node : nodes) {
                for (int stream = 0; stream <= WatchNode.SEGMENTS; stream++) {
                    while (node != nodes.get(0) && copyNext(node, stream)) {
                        // Until it has everything.
                    }
                }
            }
            for (int i = 0; i < watchers.size(); i++) {
                int number = i;
                WatchClient watcher = watchers.get(i);
                watcher.take(Long.MAX_VALUE);
                Map<String, String> expected = nodes.get(0).state(WatchFilter.of(WANTED.get(i), Set.of()));
                Awaitility.await("watcher " + number)
                        .atMost(patience)
                        .pollInterval(Duration.ofMillis(5))
                        .untilAsserted(() -> {
                            if (watcher.ended()) {
                                assertThat(watcher.why()).isNull();
                                moveOn(number);
                            }
                            assertThat(watcher.state()).isEqualTo(expected);
                            assertThat(watcher.inSnapshot()).isFalse();
                        });
                assertThat(watcher.violations()).isEmpty();
            }
        }

        @Override
        public void close() {
            nodes.forEach(WatchNode::close);
        }
    }
}
