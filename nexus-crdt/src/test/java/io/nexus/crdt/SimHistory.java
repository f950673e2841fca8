package io.nexus.crdt;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The model authority: what the log decided, step by step, what the rows were after each, and what of it every
 * incarnation kept.
 */
final class SimHistory {
    static final int STREAM = 3;
    static final int KEYS = 90;

    private final SplittableRandom random;
    /** By incarnation, from 1. */
    private final List<Line> lines = new ArrayList<>();

    private Branches table = Branches.NONE;

    /** One incarnation with all the history that leads to its head. */
    private static final class Line {
        private final long nonce;
        private final List<Step> steps = new ArrayList<>();
        private final List<TreeMap<Integer, Long>> prefixes = new ArrayList<>();
        private final TreeMap<Integer, Integer> causalLengths = new TreeMap<>();

        private Line(long nonce) {
            this.nonce = nonce;
            prefixes.add(new TreeMap<>());
        }
    }

    SimHistory(SplittableRandom random, long nonce) {
        this.random = random;
        lines.add(new Line(nonce));
        TreeMap<Integer, Long> first = new TreeMap<>();
        for (int key = 0; key < KEYS; key += 1 + random.nextInt(2)) {
            lines.get(0).causalLengths.put(key, 1);
            first.put(key, SimRow.value(1, 1, random.nextInt()));
        }
        append(first);
    }

    Position start() {
        return Position.start(STREAM, 1, lines.get(0).nonce);
    }

    int newest() {
        return lines.size();
    }

    Position head() {
        return head(newest());
    }

    /** Where the incarnation got to. */
    Position head(int incarnation) {
        Line line = lines.get(incarnation - 1);
        return line.steps.isEmpty()
                ? start()
                : line.steps.get(line.steps.size() - 1).after();
    }

    long nonce(int incarnation) {
        return lines.get(incarnation - 1).nonce;
    }

    Step step(int incarnation, long seq) {
        return lines.get(incarnation - 1).steps.get((int) seq - 1);
    }

    TreeMap<Integer, Long> prefix(int incarnation, long seq) {
        return lines.get(incarnation - 1).prefixes.get((int) seq);
    }

    /** The write that the token names is part of this incarnation's history. */
    boolean contains(int incarnation, Token token) {
        List<Step> steps = lines.get(incarnation - 1).steps;
        return token.seq() <= steps.size()
                && (token.seq() == 0 || step(incarnation, token.seq()).after().incarnation() == token.incarnation());
    }

    Branches newestTable() {
        return table;
    }

    /** The fork table that a store with these rows has. */
    Branches table(TreeMap<Integer, Long> rows) {
        Long incarnation = rows.get(SimRow.BRANCHES);
        return incarnation == null
                ? Branches.NONE
                : new Branches(table.forks().stream()
                        .filter(fork -> fork.incarnation() <= incarnation)
                        .toList());
    }

    @Nullable
    Branches table(Step step) {
        boolean begins = step.changes().stream().anyMatch(row -> SimRow.key(row.key()) == SimRow.BRANCHES);
        if (!begins) {
            return null;
        }
        TreeMap<Integer, Long> rows = new TreeMap<>();
        rows.put(SimRow.BRANCHES, (long) step.after().incarnation());
        return table(rows);
    }

    /** The majority is lost: a new incarnation goes on from this seq of the newest, and begins with a step of its own. */
    void fork(long seq) {
        Line old = lines.get(lines.size() - 1);
        Line line = new Line(random.nextLong());
        line.steps.addAll(old.steps.subList(0, (int) seq));
        line.prefixes.addAll(old.prefixes.subList(1, (int) seq + 1));
        line.prefixes.get((int) seq).forEach((key, value) -> line.causalLengths.put(key, SimRow.causalLength(value)));
        lines.add(line);
        table = table.with(new Branches.Branch(newest(), line.nonce, seq));
        TreeMap<Integer, Long> changes = new TreeMap<>();
        changes.put(SimRow.BRANCHES, (long) newest());
        append(changes);
    }

    void decide() {
        Line line = lines.get(lines.size() - 1);
        TreeMap<Integer, Long> rows = line.prefixes.get(line.prefixes.size() - 1);
        TreeMap<Integer, Long> changes = new TreeMap<>();
        int first = random.nextInt(KEYS);
        for (int i = 0; i <= random.nextInt(3); i++) {
            int key = (first + i) % KEYS;
            boolean allocated = rows.containsKey(key);
            if (allocated && random.nextInt(3) == 0) {
                changes.put(key, null);
                line.causalLengths.merge(key, 1, Integer::sum);
            } else {
                int length = line.causalLengths.merge(key, allocated ? 0 : 1, Integer::sum);
                changes.put(key, SimRow.value(length, line.steps.size() + 1L, random.nextInt()));
            }
        }
        append(changes);
    }

    private void append(TreeMap<Integer, Long> changed) {
        Line line = lines.get(lines.size() - 1);
        Position before = head();
        TreeMap<Integer, Long> rows = new TreeMap<>(line.prefixes.get(line.prefixes.size() - 1));
        Digest digest = before.digest();
        List<RowChange> changes = new ArrayList<>();
        for (var change : changed.entrySet()) {
            int key = change.getKey();
            Long after = change.getValue();
            Long old = after == null ? rows.remove(key) : rows.put(key, after);
            digest = old == null ? digest : digest.minus(SimRow.digest(key, old));
            digest = after == null ? digest : digest.plus(SimRow.digest(key, after));
            changes.add(new RowChange(SimRow.key(key), after == null ? null : SimRow.bytes(after)));
        }
        Position after = new Position(
                STREAM,
                newest(),
                line.nonce,
                before.seq() + 1,
                1,
                before.index() + 1 + random.nextInt(3),
                0,
                digest,
                rows.size());
        line.steps.add(new Step(after, changes));
        line.prefixes.add(rows);
    }
}
