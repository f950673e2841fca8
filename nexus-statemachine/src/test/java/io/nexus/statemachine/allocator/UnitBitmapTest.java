package io.nexus.statemachine.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nexus.statemachine.model.Invariant.InvariantBroken;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnitBitmapTest {
    private static final long ALL = 1L << 32;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 4, 64, 65_535, 65_536, 65_537, 131_072, 200_000})
    void filledToTheLast_thenOneFreed_findsExactlyThatOne(long units) {
        UnitBitmap bitmap = new UnitBitmap(units);
        for (long unit = 0; unit < units; unit++) {
            assertThat(bitmap.nextFree(unit)).isEqualTo(unit);
            bitmap.set(unit);
        }
        assertThat(bitmap.allocated()).isEqualTo(units);
        assertThat(bitmap.nextFree(units / 2)).isEqualTo(UnitBitmap.NONE);
        for (long freed : new long[] {0, units - 1, units / 2, Math.min(units - 1, 65_535), units / 3}) {
            bitmap.clear(freed);
            for (long from : new long[] {0, units - 1, units / 2, freed, (freed + 1) % units}) {
                assertThat(bitmap.nextFree(from)).as("from %d", from).isEqualTo(freed);
            }
            bitmap.set(freed);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 65_535, 65_536, 0x7fff_ffffL, 0x8000_0000L, 0xffff_0000L, 0xffff_fffeL, 0xffff_ffffL})
    void allOf32Bits_butOneReserved_findsThatOne(long free) {
        UnitBitmap bitmap = new UnitBitmap(ALL);
        if (free > 0) {
            bitmap.reserve(0, free - 1);
        }
        if (free < ALL - 1) {
            bitmap.reserve(free + 1, ALL - 1);
        }
        assertThat(bitmap.free()).isEqualTo(1);
        assertThat(bitmap.allocatable()).isEqualTo(1);
        for (long from : new long[] {0, free, ALL - 1, 0x8000_0000L, (free + 1) % ALL}) {
            assertThat(bitmap.nextFree(from)).isEqualTo(free);
        }
        bitmap.set(free);
        assertThat(bitmap.nextFree(0)).isEqualTo(UnitBitmap.NONE);
        bitmap.clear(free);
        assertThat(bitmap.nextFree(0)).isEqualTo(free);
    }

    @Test
    void allOf32Bits_sparse_wrapsAtTheEnd() {
        UnitBitmap bitmap = new UnitBitmap(ALL);
        bitmap.set(ALL - 1);
        bitmap.set(0);
        assertThat(bitmap.nextFree(ALL - 1)).isEqualTo(1);
        assertThat(bitmap.isTaken(ALL - 1)).isTrue();
        assertThat(bitmap.isTaken(ALL - 2)).isFalse();
        assertThat(bitmap.free()).isEqualTo(ALL - 2);
    }

    @Test
    void setAndClear_assertWhatWasThere() {
        UnitBitmap bitmap = new UnitBitmap(8);
        bitmap.set(3);
        assertThatThrownBy(() -> bitmap.set(3)).isInstanceOf(InvariantBroken.class);
        assertThatThrownBy(() -> bitmap.clear(4)).isInstanceOf(InvariantBroken.class);
        assertThatThrownBy(() -> bitmap.set(8)).isInstanceOf(InvariantBroken.class);
        assertThatThrownBy(() -> bitmap.isTaken(-1)).isInstanceOf(InvariantBroken.class);
        assertThatThrownBy(() -> bitmap.reserve(2, 4)).isInstanceOf(InvariantBroken.class);
        assertThatThrownBy(() -> new UnitBitmap(ALL + 1)).isInstanceOf(InvariantBroken.class);
        assertThatThrownBy(() -> new UnitBitmap(0)).isInstanceOf(InvariantBroken.class);
    }
}
