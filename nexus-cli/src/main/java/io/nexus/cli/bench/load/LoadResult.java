package io.nexus.cli.bench.load;

import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a run measured.
 *
 * @param seconds from the first start to the last answer
 * @param failures by reason
 * @param notStarted calls of an open loop that were due and never started: the percentiles are at least so high
 */
public record LoadResult(
        Pace pace, double seconds, List<Kind> kinds, Map<String, Long> failures, long notStarted, List<Tick> timeline) {
    /**
     * One kind of call.
     *
     * @param micros latencies of the calls that succeeded
     */
    public record Kind(String name, Histogram micros, long failed) {
        public long succeeded() {
            return micros.getTotalCount();
        }

        public double millis(double percentile) {
            return micros.getValueAtPercentile(percentile) / 1e3;
        }
    }

    /**
     * One interval, about a second.
     *
     * @param atSeconds its end, from the beginning of the run
     */
    public record Tick(double atSeconds, double perSecond, long failed, double p50Millis, double p99Millis) {}

    /** All kinds together. */
    public Kind all() {
        Histogram sum = new Histogram(Recording.MICROS_MAX, 3);
        long failed = 0;
        for (Kind kind : kinds) {
            sum.add(kind.micros());
            failed += kind.failed();
        }
        return new Kind("all", sum, failed);
    }

    public long succeeded() {
        return kinds.stream().mapToLong(Kind::succeeded).sum();
    }

    public long failed() {
        return kinds.stream().mapToLong(Kind::failed).sum();
    }

    public double perSecond() {
        return succeeded() / Math.max(1e-9, seconds);
    }
}
