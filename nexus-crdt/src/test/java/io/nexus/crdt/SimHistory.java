package io.nexus.crdt;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** The model authority: what the log decided, step by step, and what the rows were after each. */
final class SimHistory {
    static final int STREAM = 3;
    private static final int KEYS = 12;

    private final SplittableRandom random;
    private final List<Step> steps = new ArrayList<>();
    private final List<TreeMap<Integer, Long>> prefixes = new ArrayList<>();
    private Position head;

    SimHistory(SplittableRandom random, long nonce) {
        this.random = random;
        this.head = Position.start(STREAM, 1, nonce);
        prefixes.add(new TreeMap<>());
    }

    Position start() {
        return Position.start(STREAM, 1, head.nonce());
    }

    Position head() {
        return head;
    }

    Step step(long seq) {
        return steps.get((int) seq - 1);
    }

    TreeMap<Integer, Long> prefix(long seq) {
        return prefixes.get((int) seq);
    }

    void decide() {
        TreeMap<Integer, Long> rows = new TreeMap<>(prefixes.get(prefixes.size() - 1));
        Digest digest = head.digest();
        List<RowChange> changes = new ArrayList<>();
        int first = random.nextInt(KEYS);
        for (int i = 0; i <= random.nextInt(3); i++) {
            int key = (first + i) % KEYS;
            Long before = rows.get(key);
            digest = before == null ? digest : digest.minus(digest(key, before));
            Long after = before != null && random.nextInt(3) == 0 ? null : Long.valueOf(random.nextLong());
            if (after == null) {
                rows.remove(key);
            } else {
                rows.put(key, after);
                digest = digest.plus(digest(key, after));
            }
            changes.add(new RowChange(keyBytes(key), after == null ? null : valueBytes(after)));
        }
        head = new Position(
                STREAM,
                1,
                head.nonce(),
                head.seq() + 1,
                1,
                head.index() + 1 + random.nextInt(3),
                0,
                digest,
                rows.size());
        steps.add(new Step(head, changes));
        prefixes.add(rows);
    }

    static Digest digest(int key, long value) {
        return Digest.of(keyBytes(key), valueBytes(value));
    }

    static byte[] keyBytes(int key) {
        return new byte[] {3, (byte) key};
    }

    static byte[] valueBytes(long value) {
        return java.nio.ByteBuffer.allocate(8).putLong(value).array();
    }

    static int key(byte[] bytes) {
        return bytes[1];
    }

    static long value(byte[] bytes) {
        return java.nio.ByteBuffer.wrap(bytes).getLong();
    }
}
