package io.nexus.api.cluster;

import io.nexus.api.consensus.Stamps;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one node's wrong wall clock out of the leases. Each answered heartbeat tells another node's wall clock, which
 * is carried on by this node's monotonic clock: so a jump of this node's own shows at its next stamp, not at the next
 * heartbeat. While this node's clock is within {@code max} of the median of all, it is used; else the median is, and
 * that is said in status and metrics. Leadership is not given away: the others would have to be trusted with the time
 * all the same, and a node that cannot be is still as good as any at everything else.
 *
 * <p>Of an even number of clocks the earlier of the two in the middle counts: two nodes cannot tell which of them is
 * wrong, and by the earlier clock no lease ends too soon. A majority of clocks that are wrong alike is not noticed.
 *
 * <p>After the start nothing is stamped until a majority of the roster's clocks is known, for {@value #GRACE_SECONDS}
 * seconds at most: a node that is elected and not heard of by heartbeat would otherwise stop its segments for good.
 *
 * <p>Thread-safe, never blocks.
 */
public final class ClockGuard implements Stamps {
    private static final Logger log = LoggerFactory.getLogger(ClockGuard.class);
    private static final long GRACE_SECONDS = 3;
    /**
     * An answer that took longer says little, because the other clock was read at some moment in between: it is taken
     * only from a node that was not heard of yet.
     */
    private static final long ROUND_TRIP_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(400);

    private final InstantSource wall;
    private final LongSupplier nanos;
    private final Settings settings;
    private final long startNanos;
    private final Map<String, Heard> heard = new ConcurrentHashMap<>();
    private final AtomicReference<State> shown = new AtomicReference<>(State.AGREES);
    private volatile int others = -1;

    /**
     * When a clock is wrong.
     *
     * @param warn off the median by more: said in status
     * @param max off the median by more: not used for stamps; not less than {@code warn}
     */
    public record Settings(Duration warn, Duration max) {
        public static final Settings DEFAULT = new Settings(Duration.ofMillis(500), Duration.ofSeconds(2));
    }

    private enum State {
        AGREES,
        OFF,
        CORRECTED
    }

    /** Another node's wall clock at a moment of this node's monotonic clock. */
    private record Heard(long wallMillis, long atNanos) {
        long at(long nowNanos) {
            return wallMillis + TimeUnit.NANOSECONDS.toMillis(nowNanos - atNanos);
        }
    }

    /** @param nanos {@link System#nanoTime} */
    public ClockGuard(InstantSource wall, LongSupplier nanos, Settings settings) {
        this.wall = wall;
        this.nanos = nanos;
        this.settings = settings;
        this.startNanos = nanos.getAsLong();
    }

    /** This node's wall clock as it is, for others to compare. */
    long wallMillis() {
        return wall.millis();
    }

    /** The other nodes of the roster; forgets the clocks of all that are not in it. */
    void watch(Collection<String> nodeIds) {
        heard.keySet().retainAll(nodeIds);
        others = nodeIds.size();
    }

    /**
     * A node answered.
     *
     * @param wallMillis its wall clock, read between sending and receiving; 0: it did not say
     */
    void heard(String nodeId, long wallMillis, long sentNanos, long receivedNanos) {
        long roundTrip = receivedNanos - sentNanos;
        if (wallMillis > 0 && (roundTrip <= ROUND_TRIP_NANOS_MAX || !heard.containsKey(nodeId))) {
            heard.put(nodeId, new Heard(wallMillis, sentNanos + roundTrip / 2));
            show();
        }
    }

    @Override
    public OptionalLong millis() {
        long now = nanos.getAsLong();
        if (!comparable(now)) {
            return OptionalLong.empty();
        }
        long own = wall.millis();
        long median = median(own, now);
        return OptionalLong.of(Math.abs(own - median) <= settings.max.toMillis() ? own : median);
    }

    /** This node's clock minus the median, in milliseconds; 0 while no other clock is known. */
    public long offsetMillis() {
        long own = wall.millis();
        return own - median(own, nanos.getAsLong());
    }

    /** True while the median is used instead of this node's clock. */
    public boolean corrected() {
        return state(offsetMillis()) == State.CORRECTED;
    }

    /** A sentence for the operator if this node's clock is off. */
    public Optional<String> warning() {
        long offset = offsetMillis();
        State state = state(offset);
        if (state == State.AGREES) {
            return Optional.empty();
        }
        String used = state == State.CORRECTED
                ? "leases are stamped by the median instead"
                : "more than " + settings.max.toMillis() + " ms would not be used for leases";
        return Optional.of("this node's clock is " + Math.abs(offset) + " ms " + (offset > 0 ? "ahead of" : "behind")
                + " the median of the cluster's clocks (" + heard.size() + " others known): synchronise it; " + used);
    }

    private boolean comparable(long now) {
        int known = others;
        boolean majority = known >= 0 && (heard.size() + 1) * 2 > known + 1;
        return majority || now - startNanos > TimeUnit.SECONDS.toNanos(GRACE_SECONDS);
    }

    private long median(long own, long now) {
        long[] clocks = LongStream.concat(
                        LongStream.of(own), heard.values().stream().mapToLong(other -> other.at(now)))
                .sorted()
                .toArray();
        return clocks[(clocks.length - 1) / 2];
    }

    private State state(long offsetMillis) {
        long off = Math.abs(offsetMillis);
        if (off > settings.max.toMillis()) {
            return State.CORRECTED;
        }
        return off > settings.warn.toMillis() ? State.OFF : State.AGREES;
    }

    private void show() {
        long offset = offsetMillis();
        State now = state(offset);
        if (shown.getAndSet(now) != now) {
            log.atWarn()
                    .addKeyValue("offsetMillis", offset)
                    .addKeyValue("state", now)
                    .log("this node's clock against the median of the cluster's");
        }
    }
}
