package io.nexus.cli.command;

import io.nexus.cli.CommandFailure;
import io.nexus.cli.ExitCode;
import io.nexus.cli.bench.ProgressLine;
import io.nexus.cli.bench.baseline.Baseline;
import io.nexus.cli.bench.baseline.Ratio;
import io.nexus.cli.bench.baseline.RatioRun;
import io.nexus.cli.output.Colors;
import io.nexus.cli.output.Table;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "check",
        description = {
            "Measures ratios on three nodes of its own, in at most ten minutes, and compares them with a baseline.",
            "Exit code 1 if one is worse by more than its tolerance."
        })
final class BenchCheckCommand implements Callable<Integer> {
    private static final double QUICK = 0.05;

    @Option(names = "--baseline", paramLabel = "FILE", required = true, description = "as scripts/bench-check names it")
    Path file = Path.of("");

    @Option(names = "--write", description = "make what is measured the baseline; its tolerances stay")
    boolean write;

    @Option(names = "--note", paramLabel = "TEXT", description = "of the baseline that is written: where it is from")
    String note = "";

    @Option(names = "--quick", description = "a twentieth of the time: shows that it works, and nothing else")
    boolean quick;

    @Option(names = "--json", paramLabel = "FILE", description = "write what was measured there, as a baseline")
    @Nullable
    Path json;

    @Option(names = "--base-port", paramLabel = "PORT", description = "thirty ports from here. Default: 9700")
    int basePort = 9700;

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        Baseline baseline = Baseline.read(file);
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        ProgressLine progress = new ProgressLine(
                Objects.requireNonNull(spec).commandLine().getErr(),
                Colors.detect().on());
        Map<Ratio, Double> measured = new RatioRun(DemoCommand.launcher(), basePort, quick ? QUICK : 1, progress).run();
        progress.clear();
        boolean worse = show(measured, baseline, out);
        Baseline fresh = baseline.with(note.isEmpty() ? baseline.note() : note, measured);
        if (json != null) {
            save(json, fresh);
        }
        if (write) {
            save(file, fresh);
            return ExitCode.OK.code();
        }
        return (worse ? ExitCode.FAILED : ExitCode.OK).code();
    }

    /** @return true if a ratio is worse than it may be */
    static boolean show(Map<Ratio, Double> measured, Baseline baseline, PrintWriter out) {
        Table table = new Table("RATIO", "MEASURED", "BASELINE", "TOLERANCE", "", "MEANS");
        boolean worse = false;
        for (Ratio ratio : Ratio.all()) {
            double value = measured.getOrDefault(ratio, Double.NaN);
            Baseline.Entry base = baseline.ratios().get(ratio);
            boolean bad = base != null && (Double.isNaN(value) || ratio.worse(value, base.value(), base.tolerance()));
            worse |= bad;
            table.row(
                    ratio.name(),
                    String.format(Locale.ROOT, "%.3f", value),
                    base == null ? "-" : String.format(Locale.ROOT, "%.3f", base.value()),
                    base == null ? "-" : String.format(Locale.ROOT, "%.0f %%", base.tolerance() * 100),
                    base == null ? "new" : bad ? "WORSE" : "ok",
                    ratio.meaning());
        }
        table.print(out, Colors.detect());
        return worse;
    }

    private static void save(Path file, Baseline baseline) {
        try {
            Files.writeString(file, baseline.json() + "\n");
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILED, "cannot write " + file + ": " + e);
        }
    }
}
