package io.nexus.cli.bench.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/** How many answers were held to the promises, and which broke them. Thread-safe. */
public final class Verdict {
    private static final int KEPT_MAX = 20;

    private final LongAdder answers = new LongAdder();
    private final LongAdder violations = new LongAdder();
    private final Queue<String> kept = new ConcurrentLinkedQueue<>();

    public void answer() {
        answers.increment();
    }

    public void violation(String text) {
        violations.increment();
        if (violations.sum() <= KEPT_MAX) {
            kept.add(text);
        }
    }

    public long answers() {
        return answers.sum();
    }

    public long violations() {
        return violations.sum();
    }

    /** The first ones. */
    public List<String> first() {
        return new ArrayList<>(kept);
    }

    @Override
    public String toString() {
        return String.format(java.util.Locale.ROOT, "verified %,d answers, %,d violations", answers(), violations());
    }
}
