package io.nexus.api.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.rows.NexusIndexRule;
import io.nexus.statemachine.storage.InMemoryNodeStore;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StorePoolDirectoryTest {
    private final InMemoryNodeStore store = new InMemoryNodeStore(new NexusIndexRule());
    private final StorePoolDirectory directory = new StorePoolDirectory(store, 2);
    private final TestLog meta = new TestLog(0, store, directory);
    private final TestLog segment = new TestLog(1, store, directory);
    private final PoolEntry pool = TestLog.pool("gpon", "100.64.0.0/24", 1, 1);

    @Test
    void pool_isKnownFromTheCatalogue_beforeItsSegmentOpensIt() {
        meta.enter(pool);
        assertThat(directory.byId("gpon")).isEqualTo(pool);
        assertThat(directory.byInstance(1)).isEqualTo(pool);
        assertThat(directory.containing("default", TestLog.prefix("100.64.0.9/32")))
                .isEqualTo(pool);
        assertThat(directory.all()).containsExactly(pool);
        assertThat(directory.use(1)).isNull();
    }

    @Test
    void pool_isKnownFromItsSegment_beforeTheCatalogueComes() {
        segment.open(pool);
        assertThat(directory.byId("gpon")).isNull();
        assertThat(directory.byInstance(1)).isEqualTo(pool);
        assertThat(directory.containing("default", TestLog.prefix("100.64.0.9/32")))
                .isEqualTo(pool);
        // network, broadcast and the first host, which gateways take for theirs
        assertThat(directory.use(1)).isEqualTo(new PoolDirectory.PoolUse(0, 253, false));
    }

    @Test
    void use_followsTheCounters() {
        segment.open(pool);
        segment.allocate(pool, "one");
        segment.allocate(pool, "two");
        segment.release(pool, "one");
        assertThat(directory.use(1)).isEqualTo(new PoolDirectory.PoolUse(1, 253, false, 1));
        segment.release(pool, "two");
        segment.seal(pool);
        assertThat(directory.use(1)).isEqualTo(new PoolDirectory.PoolUse(0, 253, true, 2));
    }

    @Test
    void endedPool_givesItsPlaceToTheNext() {
        meta.enter(pool);
        segment.open(pool);
        segment.seal(pool);
        meta.remove(pool);
        assertThat(directory.byId("gpon")).isNull();
        assertThat(directory.containing("default", TestLog.prefix("100.64.0.9/32")))
                .isNull();
        PoolEntry next = TestLog.pool("other", "100.64.0.0/16", 2, 2);
        meta.enter(next);
        assertThat(directory.containing("default", TestLog.prefix("100.64.0.9/32")))
                .isEqualTo(next);
    }

    @Test
    void newestPool_wins_whileTheEndOfTheOldOneIsNotKnownYet() {
        segment.open(pool);
        PoolEntry wider = TestLog.pool("wider", "100.64.0.0/16", 2, 2);
        meta.enter(wider);
        assertThat(directory.containing("default", TestLog.prefix("100.64.0.9/32")))
                .isEqualTo(wider);
    }

    @Test
    void start_andInstall_readWhatTheStoreHas() {
        meta.enter(pool);
        segment.open(pool);
        segment.allocate(pool, "one");
        StorePoolDirectory fresh = new StorePoolDirectory(store, 2);
        fresh.start();
        assertThat(fresh.byId("gpon")).isEqualTo(pool);
        assertThat(fresh.use(1)).isEqualTo(directory.use(1));
        // A copy that was replaced by one without the pool.
        InMemoryNodeStore other = new InMemoryNodeStore(new NexusIndexRule());
        StorePoolDirectory replaced = new StorePoolDirectory(other, 2);
        TestLog log = new TestLog(1, other, replaced);
        log.open(pool);
        PoolEntry second = TestLog.pool("second", "10.0.0.0/24", 5, 1);
        log.open(second);
        try (var install = other.segment(1).install();
                var snapshot = java.util.Objects.requireNonNull(store.segment(1).snapshot())) {
            snapshot.scan(new byte[0], install::put);
            install.finish(snapshot.position());
        }
        replaced.onInstalled(1);
        assertThat(replaced.byInstance(5)).isNull();
        assertThat(replaced.use(1)).isEqualTo(directory.use(1));
        assertThat(replaced.containing("default", TestLog.prefix("10.0.0.1/32")))
                .isNull();
    }

    @Test
    void containing_isWhatTryingAllPoolsFinds() {
        List<PoolEntry> pools = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(42);
        for (int i = 0; i < 200; i++) {
            String cidr = random.nextBoolean() ? "10." + i + ".0.0/" + (16 + random.nextInt(8)) : "fd00:" + i + "::/40";
            PoolEntry entry = TestLog.pool("pool" + i, cidr, i + 1, 1 + i % 2);
            pools.add(entry);
            meta.enter(entry);
        }
        for (int i = 0; i < 2_000; i++) {
            String text = random.nextBoolean()
                    ? "10." + random.nextInt(201) + "." + random.nextInt(256) + ".7/32"
                    : "fd00:" + random.nextInt(201) + ":" + random.nextInt(3) + "::1/128";
            var address = TestLog.prefix(text);
            var expected = pools.stream()
                    .filter(p -> p.spec().cidr().contains(address))
                    .findAny()
                    .orElse(null);
            assertThat(directory.containing("default", address)).as(text).isEqualTo(expected);
            assertThat(directory.containing("elsewhere", address)).isNull();
        }
    }
}
