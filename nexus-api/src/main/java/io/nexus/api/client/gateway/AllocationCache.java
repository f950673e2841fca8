package io.nexus.api.client.gateway;

import io.nexus.api.client.watch.WatchListener;
import io.nexus.api.v1.Allocation;
import io.nexus.api.v1.KeyValue;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The allocations of the watched pools as they were last heard of, from the watch and from the answers to own writes.
 * The two may cross: of one address the higher generation counts, and within a generation the lease that ends later,
 * because neither ever goes back. A pool that was deleted and created again begins its generations anew: of two of its
 * lives the later one counts. A lease that is over by this machine's clock is not given out any more: the cluster may
 * have given its address to somebody else.
 *
 * <p>Thread-safe. The clock must be right to within the time that a lease may be used beyond its end.
 */
final class AllocationCache implements WatchListener {
    private static final String ALLOCATIONS = "/nexus/allocations/";
    private static final long ANY_GENERATION = Long.MAX_VALUE;
    private static final int ENDINGS_MAX = 10_000;
    /** No answer is under way for longer. */
    private static final long REMEMBERED_NANOS = 60_000_000_000L;

    private final InstantSource clock;
    private final LongSupplier nanoClock;
    private final Runnable onNews;
    private final Map<String, Row> byKey = new HashMap<>();
    private final Map<Holder, String> byHolder = new HashMap<>();
    /** What ended lately, so that an answer on its way does not bring it back. */
    private final Map<String, Ending> endings = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Ending> eldest) {
            return size() > ENDINGS_MAX;
        }
    };

    private long round;
    private boolean complete;
    private boolean connected;
    private boolean stalenessKnown;
    private long freshNanos;

    private record Ending(int instance, long generation, long nanos) {}

    /**
     * What is known of an address.
     *
     * @param instance life of the pool; 0: not known, an own answer does not say it
     * @param round of the last snapshot, or own answer during it, that named the key
     */
    private record Row(Allocation allocation, int instance, long round) {}

    /** @param onNews told after the cluster was heard of, under no lock; must not block */
    AllocationCache(InstantSource clock, LongSupplier nanoClock, Runnable onNews) {
        this.clock = clock;
        this.nanoClock = nanoClock;
        this.onNews = onNews;
    }

    /* --------------- what is in it --------------- */

    @Nullable
    Cached find(Holder holder) {
        synchronized (this) {
            String key = byHolder.get(holder);
            return key == null ? null : usable(byKey.get(key));
        }
    }

    /** Of an exact address, or the base address of a prefix. */
    @Nullable
    Cached findByAddress(String pool, String ip) {
        synchronized (this) {
            return usable(byKey.get(key(pool, ip)));
        }
    }

    /** Everything a subscriber holds. */
    synchronized List<Cached> findBySubscriber(String subscriber) {
        List<Cached> found = new ArrayList<>();
        for (Row row : byKey.values()) {
            Cached cached = row.allocation.getSubscriberId().equals(subscriber) ? usable(row) : null;
            if (cached != null) {
                found.add(cached);
            }
        }
        return found;
    }

    private @Nullable Cached usable(@Nullable Row row) {
        if (row == null) {
            return null;
        }
        Duration left = left(row.allocation);
        boolean over = row.allocation.getExpiresAt() != 0 && (left.isNegative() || left.isZero());
        return over ? null : new Cached(row.allocation, ageMillis(), connected, left);
    }

    private Duration left(Allocation allocation) {
        return allocation.getExpiresAt() == 0
                ? Cached.PERMANENT
                : Duration.between(clock.instant(), Instant.ofEpochSecond(allocation.getExpiresAt()));
    }

    private long ageMillis() {
        return stalenessKnown ? Math.max(0, (nanoClock.getAsLong() - freshNanos) / 1_000_000) : -1;
    }

    synchronized int size() {
        return byKey.size();
    }

    /** True while a watch is followed and a snapshot has been complete. */
    synchronized boolean isCurrent() {
        return connected && complete;
    }

    /* --------------- own writes --------------- */

    /** The cluster answered so. */
    synchronized void given(Allocation allocation) {
        store(allocation, 0);
    }

    /** The cluster says that this holding is over. */
    synchronized void ended(Allocation allocation) {
        remove(key(allocation.getPoolId(), allocation.getIp()), 0, allocation.getGeneration());
    }

    /* --------------- the watch --------------- */

    @Override
    public synchronized void snapshotBegins() {
        round++;
    }

    @Override
    public void snapshotEnds() {
        synchronized (this) {
            Iterator<Map.Entry<String, Row>> rows = byKey.entrySet().iterator();
            while (rows.hasNext()) {
                Map.Entry<String, Row> entry = rows.next();
                if (entry.getValue().round < round) {
                    rows.remove();
                    byHolder.remove(Holder.of(entry.getValue().allocation), entry.getKey());
                }
            }
            complete = true;
            connected = true;
        }
        onNews.run();
    }

    @Override
    public void put(KeyValue entry, @Nullable KeyValue previous) {
        synchronized (this) {
            connected = true;
            if (entry.hasAllocation()) {
                store(entry.getAllocation(), entry.getInstance());
            }
        }
        onNews.run();
    }

    @Override
    public void delete(String key, @Nullable KeyValue previous) {
        synchronized (this) {
            connected = true;
            if (previous != null && previous.hasAllocation()) {
                remove(
                        key(previous.getAllocation()),
                        previous.getInstance(),
                        previous.getAllocation().getGeneration());
            } else if (key.startsWith(ALLOCATIONS)) {
                remove(key, 0, ANY_GENERATION);
            }
        }
        onNews.run();
    }

    @Override
    public void progress(long stalenessMillis) {
        synchronized (this) {
            connected = true;
            stalenessKnown = stalenessMillis >= 0;
            freshNanos = nanoClock.getAsLong() - stalenessMillis * 1_000_000;
        }
        onNews.run();
    }

    @Override
    public synchronized void interrupted(String why) {
        connected = false;
    }

    /* --------------- rows --------------- */

    private void store(Allocation allocation, int instance) {
        String key = key(allocation);
        if (isOvertaken(endings.get(key), allocation, instance)) {
            return; // an answer that was overtaken by the news of its end
        }
        Row known = byKey.get(key);
        Row told = new Row(allocation, instance, round);
        Row kept = known == null || isNewer(told, known)
                ? new Row(allocation, instance == 0 && known != null ? known.instance : instance, round)
                : new Row(known.allocation, known.instance, round);
        if (known != null) {
            byHolder.remove(Holder.of(known.allocation), key);
        }
        byKey.put(key, kept);
        Holder holder = Holder.of(kept.allocation);
        Row other = byKey.get(byHolder.getOrDefault(holder, key));
        // The watch may still tell of what its holder had before.
        if (other == null || !isLater(other, kept)) {
            byHolder.put(holder, key);
        }
    }

    private boolean isOvertaken(@Nullable Ending ending, Allocation allocation, int instance) {
        if (ending == null || nanoClock.getAsLong() - ending.nanos >= REMEMBERED_NANOS) {
            return false;
        }
        int lives = compareLives(instance, ending.instance);
        return lives < 0 || (lives == 0 && allocation.getGeneration() <= ending.generation);
    }

    private void remove(String key, int instance, long generation) {
        Row known = byKey.get(key);
        if (generation != ANY_GENERATION) {
            endings.put(key, new Ending(instance, generation, nanoClock.getAsLong()));
        }
        if (known == null) {
            return;
        }
        int lives = compareLives(known.instance, instance);
        if (lives < 0 || (lives == 0 && known.allocation.getGeneration() <= generation)) {
            byKey.remove(key);
            byHolder.remove(Holder.of(known.allocation), key);
        }
    }

    /** Equal, too, if one of them is not known. */
    private static int compareLives(int one, int other) {
        return one == 0 || other == 0 ? 0 : Integer.compareUnsigned(one, other);
    }

    private static boolean isLater(Row one, Row other) {
        int lives = compareLives(one.instance, other.instance);
        return lives > 0 || (lives == 0 && one.allocation.getGeneration() > other.allocation.getGeneration());
    }

    private static boolean isNewer(Row told, Row known) {
        int lives = compareLives(told.instance, known.instance);
        return lives == 0 ? isNewer(told.allocation, known.allocation) : lives > 0;
    }

    private static boolean isNewer(Allocation told, Allocation known) {
        if (told.getGeneration() != known.getGeneration()) {
            return told.getGeneration() > known.getGeneration();
        }
        return told.getExpiresAt() == 0 || (known.getExpiresAt() != 0 && told.getExpiresAt() >= known.getExpiresAt());
    }

    private static String key(Allocation allocation) {
        return key(allocation.getPoolId(), allocation.getIp());
    }

    private static String key(String pool, String ip) {
        return ALLOCATIONS + "by-pool/" + pool + "/" + ip;
    }
}
