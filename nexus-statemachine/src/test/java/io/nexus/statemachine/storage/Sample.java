package io.nexus.statemachine.storage;

import io.nexus.crdt.Digest;
import io.nexus.crdt.Position;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Rows for tests, and what they should add up to. Keys that start with 3 are allocations, their value starts with the
 * subscriber's hash. The content of step n of a segment follows from the seed, the segment and the steps before.
 */
final class Sample {
    static final IndexRule RULE =
            (key, value) -> key[0] == 3 ? OptionalLong.of(ByteBuffer.wrap(value).getLong()) : OptionalLong.empty();
    static final long NONCE = 77;

    private Sample() {}

    static byte[] allocationKey(int unit) {
        return ByteBuffer.allocate(5).put((byte) 3).putInt(unit).array();
    }

    static byte[] poolKey(int instance) {
        return ByteBuffer.allocate(5).put((byte) 1).putInt(instance).array();
    }

    static byte[] allocation(long hash, long version) {
        return ByteBuffer.allocate(16).putLong(hash).putLong(version).array();
    }

    static byte[] value(long number) {
        return ByteBuffer.allocate(8).putLong(number).array();
    }

    static Position genesis(int segment) {
        return Position.start(segment, 1, NONCE);
    }

    /** The position after this one, in the next log entry; digest and live count are left to the store. */
    static Position next(@Nullable Position now, int segment) {
        Position from = now == null ? genesis(segment) : now;
        return new Position(
                segment,
                from.incarnation(),
                from.nonce(),
                from.seq() + 1,
                1,
                from.index() + 1,
                from.clockMillis() + 1,
                Digest.ZERO,
                -1);
    }

    static RowUpdate put(byte[] key, byte @Nullable [] before, byte[] after) {
        return new RowUpdate(key, before, after);
    }

    /** What a segment's rows should be. */
    static final class Model {
        final int segment;
        final TreeMap<byte[], byte[]> rows = new TreeMap<>(Arrays::compareUnsigned);

        Model(int segment) {
            this.segment = segment;
        }

        /** Changes some of 200 allocations and 10 pools and tells how. */
        List<RowUpdate> step(long seed, long seq) {
            SplittableRandom random = new SplittableRandom(seed ^ seq * 0x9e3779b97f4a7c15L ^ (long) segment << 48);
            List<RowUpdate> updates = new ArrayList<>();
            TreeMap<byte[], byte[]> touched = new TreeMap<>(Arrays::compareUnsigned);
            for (int i = random.nextInt(1, 8); i > 0; i--) {
                boolean pool = random.nextInt(4) == 0;
                byte[] key = pool ? poolKey(random.nextInt(10)) : allocationKey(random.nextInt(200));
                byte[] before = rows.get(key);
                boolean delete = before != null && random.nextInt(3) == 0;
                if (touched.containsKey(key)) {
                    continue;
                }
                touched.put(key, key);
                byte[] after = pool ? value(seq) : allocation(random.nextInt(50), seq);
                updates.add(new RowUpdate(key, before, delete ? null : after));
            }
            apply(updates);
            return updates;
        }

        void apply(List<RowUpdate> updates) {
            for (RowUpdate update : updates) {
                if (update.after() == null) {
                    rows.remove(update.key());
                } else {
                    rows.put(update.key(), update.after());
                }
            }
        }

        Digest digest() {
            Digest sum = Digest.ZERO;
            for (var row : rows.entrySet()) {
                sum = sum.plus(Digest.of(row.getKey(), row.getValue()));
            }
            return sum;
        }

        long live() {
            return rows.keySet().stream().filter(key -> key[0] == 3).count();
        }

        /** Rows as text, to compare. */
        List<String> text() {
            List<String> lines = new ArrayList<>();
            rows.forEach((key, value) -> lines.add(line(key, value)));
            return lines;
        }

        List<String> held(long hash) {
            List<String> lines = new ArrayList<>();
            rows.forEach((key, value) -> {
                OptionalLong actual = RULE.subscriberHash(key, value);
                if (actual.isPresent() && actual.getAsLong() == hash) {
                    lines.add(line(key, value));
                }
            });
            return lines;
        }
    }

    static String line(byte[] key, byte[] value) {
        return HexFormat.of().formatHex(key) + "=" + HexFormat.of().formatHex(value);
    }

    static List<String> text(Rows rows) {
        List<String> lines = new ArrayList<>();
        rows.scan(new byte[0], (key, value) -> lines.add(line(key, value)));
        return lines;
    }

    static List<String> held(Rows rows, long hash) {
        List<String> lines = new ArrayList<>();
        rows.holdings(hash, (key, value) -> lines.add(line(key, value)));
        return lines;
    }

    static List<String> held(NodeStore store, long hash) {
        List<String> lines = new ArrayList<>();
        store.holdings(hash, (segment, key, value) -> lines.add(segment + "/" + line(key, value)));
        return lines;
    }
}
