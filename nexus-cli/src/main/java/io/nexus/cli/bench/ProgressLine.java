package io.nexus.cli.bench;

import io.nexus.cli.bench.load.LoadResult;
import io.nexus.cli.bench.workload.Watching;
import java.io.PrintWriter;
import java.util.Locale;

/** What happens now: one line redrawn on a terminal, a line every few seconds elsewhere. One thread. */
public final class ProgressLine implements Watching {
    private static final int EVERY = 5;

    private final PrintWriter out;
    private final boolean terminal;
    private int ticks;

    public ProgressLine(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    @Override
    public void step(String what) {
        ticks = 0;
        show(what + " ...", !terminal);
    }

    @Override
    public void tick(String what, LoadResult.Tick tick, long done, long failed) {
        show(
                String.format(
                        Locale.ROOT,
                        "%-18s %5.0f s  %,9.0f/s  p99 %,8.1f ms  %,d done, %,d failed",
                        what,
                        tick.atSeconds(),
                        tick.perSecond(),
                        tick.p99Millis(),
                        done,
                        failed),
                ++ticks % EVERY == 0);
    }

    /** Makes room for what is printed next. */
    public void clear() {
        if (terminal) {
            out.print("\r\u001b[K");
            out.flush();
        }
    }

    private void show(String line, boolean inFull) {
        if (terminal) {
            out.print("\r" + line + "\u001b[K");
        } else if (inFull) {
            out.println(line);
        }
        out.flush();
    }
}
