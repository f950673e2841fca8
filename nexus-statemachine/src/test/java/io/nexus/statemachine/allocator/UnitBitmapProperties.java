package io.nexus.statemachine.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.statemachine.model.Seeded;
import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class UnitBitmapProperties {
    /** Units of a /30, /29, /24, /16, odd ones around a chunk, a /14 and a /8. */
    private static final int[] SIZES = {4, 8, 256, 65_535, 65_536, 65_537, 1 << 18, 1 << 24};

    @Test
    void bitmap_agreesWithABitSet() {
        Seeded.forAll(60, random -> {
            int units = SIZES[random.nextInt(SIZES.length)];
            UnitBitmap bitmap = new UnitBitmap(units);
            BitSet model = new BitSet(units);
            int reserved = reserve(random, units, bitmap, model);
            for (int i = 0; i < 400; i++) {
                int unit = interesting(random, units);
                if (!model.get(unit)) {
                    bitmap.set(unit);
                    model.set(unit);
                } else if (!isReserved(unit, reserved)) {
                    bitmap.clear(unit);
                    model.clear(unit);
                }
                check(bitmap, model, interesting(random, units), units, reserved);
            }
        });
    }

    /** The first so many units, up to all but a few: the rest is what a nearly full pool has left. */
    private static int reserve(SplittableRandom random, int units, UnitBitmap bitmap, BitSet model) {
        int count = random.nextInt(4) == 0 ? 0 : units - 1 - random.nextInt(Math.min(units - 1, 70_000));
        if (count > 0) {
            bitmap.reserve(0, count - 1);
            model.set(0, count);
        }
        return count;
    }

    private static boolean isReserved(int unit, int reserved) {
        return unit < reserved;
    }

    private static int interesting(SplittableRandom random, int units) {
        int near = switch (random.nextInt(5)) {
            case 0 -> 0;
            case 1 -> units - 1;
            case 2 -> 64 * random.nextInt(units / 64 + 1);
            case 3 -> 65_536 * random.nextInt(units / 65_536 + 1);
            default -> random.nextInt(units);
        };
        return Math.floorMod(near + random.nextInt(-2, 3), units);
    }

    private static void check(UnitBitmap bitmap, BitSet model, int from, int units, int reserved) {
        int next = model.nextClearBit(from);
        if (next >= units) {
            next = model.nextClearBit(0);
        }
        long expected = next >= units ? UnitBitmap.NONE : next;
        assertThat(bitmap.nextFree(from)).as("from %d of %d", from, units).isEqualTo(expected);
        assertThat(bitmap.isTaken(from)).isEqualTo(model.get(from));
        assertThat(bitmap.allocated()).isEqualTo(model.cardinality() - reserved);
        assertThat(bitmap.free()).isEqualTo(units - model.cardinality());
    }

    @Test
    void bitmapOf32Bits_agreesWithASet() {
        Seeded.forAll(30, random -> {
            long units = 1L << 32;
            UnitBitmap bitmap = new UnitBitmap(units);
            TreeSet<Long> model = new TreeSet<>();
            long base = random.nextLong(units);
            for (int i = 0; i < 300; i++) {
                long unit = Math.floorMod(base + random.nextLong(-40, 40), units);
                if (model.add(unit)) {
                    bitmap.set(unit);
                } else {
                    model.remove(unit);
                    bitmap.clear(unit);
                }
                long from = Math.floorMod(base + random.nextLong(-50, 50), units);
                long expected = from;
                while (model.contains(expected)) {
                    expected = (expected + 1) % units;
                }
                assertThat(bitmap.nextFree(from)).as("from %d", from).isEqualTo(expected);
            }
            assertThat(bitmap.allocated()).isEqualTo(model.size());
        });
    }
}
