package io.nexus.cli.output;

import java.io.PrintWriter;

/**
 * A line that fills up: redrawn in place on a terminal, a line at each tenth elsewhere. One thread.
 */
public final class ProgressBar {
    private static final int WIDTH = 32;
    private static final long REDRAW_NANOS = 100_000_000;

    private final PrintWriter out;
    private final boolean terminal;
    private final String label;
    private final long total;
    private final long startNanos = System.nanoTime();
    private long drawnNanos;
    private int tenths = -1;

    public ProgressBar(PrintWriter out, boolean terminal, String label, long total) {
        this.out = out;
        this.terminal = terminal;
        this.label = label;
        this.total = Math.max(1, total);
    }

    public void at(long done, String note) {
        long now = System.nanoTime();
        if (terminal && (now - drawnNanos >= REDRAW_NANOS || done >= total)) {
            drawnNanos = now;
            out.print("\r" + line(done, note) + "\u001b[K");
            out.flush();
        } else if (!terminal && done * 10 / total > tenths) {
            tenths = (int) (done * 10 / total);
            out.println(line(done, note));
            out.flush();
        }
    }

    public void done(String note) {
        if (terminal) {
            out.print("\r" + line(total, note) + "\u001b[K\n");
        } else {
            out.println(line(total, note));
        }
        out.flush();
    }

    public double seconds() {
        return (System.nanoTime() - startNanos) / 1e9;
    }

    private String line(long done, String note) {
        int filled = (int) (Math.min(done, total) * WIDTH / total);
        return String.format(
                "  %-28s [%s%s] %3d %%  %s",
                label, "#".repeat(filled), ".".repeat(WIDTH - filled), Math.min(done, total) * 100 / total, note);
    }
}
