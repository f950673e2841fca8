package io.nexus.cli.bench.fleet;

import io.nexus.api.client.NexusClientException;
import io.nexus.api.v1.CreatePoolRequest;
import io.nexus.api.v1.Pool;
import io.nexus.api.v1.PoolSpec;
import io.nexus.cli.CommandFailure;
import io.nexus.cli.ExitCode;
import io.nexus.cli.bench.verify.PoolBook;
import io.nexus.cli.bench.verify.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntPredicate;

/** Fresh pools in an address space of their own, with a book for each. */
public final class BenchPools {
    private static final long BASE = 10L << 24;
    private static final int UNITS_MAX = 1 << 24;
    private static final int UNITS_MIN = 256;
    /** Network, broadcast and gateway. */
    private static final int RESERVED = 3;

    private final Fleet fleet;
    private final Verdict verdict;
    private final String run = String.format("%08x", ThreadLocalRandom.current().nextInt());
    private final List<PoolBook> books = new ArrayList<>();
    private final Map<String, Pool> pools = new HashMap<>();
    private long nextBase = BASE;
    private int tried;

    public BenchPools(Fleet fleet, Verdict verdict) {
        this.fleet = fleet;
        this.verdict = verdict;
    }

    /**
     * Pools spread over the segments as evenly as some tries can do it.
     *
     * @param addressesEach at least so many can be given out
     * @param subscribersEach so many may ask
     */
    public List<PoolBook> create(int count, long addressesEach, long subscribersEach) {
        int segments = Math.max(1, fleet.status().getSegmentsCount() - 1);
        List<PoolBook> made = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int full = (i + segments) / segments;
            made.add(createWhere(
                    addressesEach,
                    subscribersEach,
                    segment -> pools.values().stream()
                                    .filter(pool -> pool.getSegment() == segment)
                                    .count()
                            < full));
        }
        return made;
    }

    /** A pool in the segment of another one. */
    public PoolBook createBeside(PoolBook other, long subscribers) {
        int wanted = pool(other).getSegment();
        return createWhere(subscribers, subscribers, segment -> segment == wanted);
    }

    /** A pool's segment follows from its id: other ids are tried until one fits, or too many were. */
    private PoolBook createWhere(long addresses, long subscribers, IntPredicate fits) {
        int units = units(addresses);
        long base = (nextBase + units - 1) & -units; // a CIDR begins at a multiple of its size
        nextBase = base + units;
        if (nextBase - BASE > UNITS_MAX) {
            throw new CommandFailure(
                    ExitCode.USAGE, "more than 16 million addresses; use a smaller --count or fewer --pools");
        }
        for (int tries = 0; ; tries++) {
            Pool pool = createOne("bench-" + run + "-" + tried++, base, units);
            if (fits.test(pool.getSegment()) || tries == 60) {
                return open(pool, base, units, (int) subscribers);
            }
            fleet.admin().deletePool(pool.getSpec().getId()).join();
        }
    }

    private Pool createOne(String id, long base, int units) {
        PoolSpec spec = PoolSpec.newBuilder()
                .setId(id)
                .setSpace("bench-" + run)
                .setCidr(PoolBook.text(base) + "/" + (32 - Integer.numberOfTrailingZeros(units)))
                .setGateway(PoolBook.text(base + 1))
                .build();
        return Fleet.answered(() -> fleet.admin()
                .createPool(CreatePoolRequest.newBuilder().setSpec(spec).build())
                .join());
    }

    private PoolBook open(Pool pool, long base, int units, int subscribers) {
        String id = pool.getSpec().getId();
        PoolBook book = new PoolBook(id, pool.getSpec().getSpace(), base, units, id + "-s", subscribers, verdict);
        pools.put(id, pool);
        books.add(book);
        return book;
    }

    static int units(long subscribers) {
        if (subscribers < 1 || subscribers > UNITS_MAX - RESERVED) {
            throw new CommandFailure(ExitCode.USAGE, subscribers + " subscribers do not fit a pool of the bench");
        }
        return Math.max(UNITS_MIN, Integer.highestOneBit((int) subscribers + RESERVED - 1) << 1);
    }

    public List<PoolBook> books() {
        return List.copyOf(books);
    }

    /** As it was when it was created. */
    public Pool pool(PoolBook book) {
        Pool pool = pools.get(book.pool());
        if (pool == null) {
            throw new IllegalArgumentException("not made here: " + book.pool());
        }
        return pool;
    }

    /** Node id of the owner now. */
    public String owner(PoolBook book) {
        return now(book).getOwner();
    }

    /** As the cluster says now. */
    public Pool now(PoolBook book) {
        return Fleet.answered(() -> fleet.admin().getPool(book.pool()).join());
    }

    /** Deletes the pools, whose allocations must have been released. @return the names of those that stay, and why */
    public List<String> delete() {
        List<String> left = new ArrayList<>();
        for (PoolBook book : books) {
            try {
                Fleet.answered(() -> fleet.admin().deletePool(book.pool()).join());
            } catch (NexusClientException e) {
                left.add(book.pool() + " stays: " + e.getMessage());
            }
        }
        return left;
    }
}
