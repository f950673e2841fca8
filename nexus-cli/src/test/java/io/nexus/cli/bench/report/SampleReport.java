package io.nexus.cli.bench.report;

import io.nexus.cli.bench.load.Bounds;
import io.nexus.cli.bench.load.Job;
import io.nexus.cli.bench.load.LoadResult;
import io.nexus.cli.bench.load.LoadRun;
import io.nexus.cli.bench.load.Pace;
import io.nexus.cli.bench.verify.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A report that has something of everything. */
final class SampleReport {
    private SampleReport() {}

    static BenchReport full() {
        Verdict verdict = new Verdict();
        verdict.answer();
        verdict.violation("10.0.0.1 was given twice");
        BenchReport report = new BenchReport(
                "allocate",
                Instant.ofEpochSecond(1_790_000_000),
                Map.of("target", "<b>"),
                List.of("n1", "n2"),
                verdict);
        report.add(new BenchReport.Phase("allocate", result(), Map.of("n1", 1.5, "client", 0.5)));
        report.add(new BenchReport.Visibility("n2", "member", 10, 0, 1.5, 2.5, 3.5, 0.5));
        report.add(new BenchReport.Figure("all back", 1.25, "s"));
        report.note("a note");
        return report;
    }

    private static LoadResult result() {
        Job job = new Job() {
            @Override
            public List<String> kinds() {
                return List.of("allocate");
            }

            @Override
            public void start(Ticket ticket) {
                if (ticket.number() % 5 == 0) {
                    ticket.failed(0, "NO_LEADER");
                } else {
                    ticket.succeeded(0);
                }
            }
        };
        Bounds bounds = new Bounds(Duration.ofMinutes(1), 25, Duration.ofSeconds(1));
        try {
            return new LoadRun(job, new Pace.Closed(1), bounds, (tick, done, failed) -> {}).run();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
