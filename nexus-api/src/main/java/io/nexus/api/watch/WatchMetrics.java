package io.nexus.api.watch;

import com.codahale.metrics.Counter;
import io.nexus.api.metrics.Meters;
import io.nexus.api.metrics.MetricNames;
import java.util.function.LongSupplier;

/** What watching counts. Thread-safe. */
final class WatchMetrics {
    private final Meters meters;
    private final Counter sent;
    private final Counter refused;

    WatchMetrics(Meters meters) {
        this.meters = meters;
        this.sent = meters.counter(MetricNames.WATCH_EVENTS);
        this.refused = meters.counter(MetricNames.WATCH_REFUSED);
    }

    void watchers(String transport, LongSupplier number) {
        meters.gauge(MetricNames.WATCHERS, number::getAsLong, "transport", transport);
    }

    void lag(LongSupplier steps) {
        meters.gauge(MetricNames.WATCH_LAG, steps::getAsLong);
    }

    void sent(int events) {
        sent.inc(events);
    }

    void refused() {
        refused.inc();
    }

    void resync(WatchEvent.Cause cause) {
        meters.counter(MetricNames.WATCH_RESYNCS, "reason", cause.name()).inc();
    }
}
