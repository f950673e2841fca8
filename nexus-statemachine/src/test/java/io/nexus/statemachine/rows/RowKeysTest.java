package io.nexus.statemachine.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nexus.statemachine.catalogue.CatalogueKeys;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowKeysTest {
    @Test
    void keys_areAsDrawn() {
        assertThat(hex(RowKeys.pool(1))).isEqualTo("0100000001");
        assertThat(hex(RowKeys.counters(0x01020304))).isEqualTo("0201020304");
        assertThat(hex(RowKeys.allocation(7, 0xfffffffeL))).isEqualTo("0300000007fffffffe");
        assertThat(hex(RowKeys.recent(0x0102030405060708L))).isEqualTo("040102030405060708");
        assertThat(hex(RowKeys.plan())).isEqualTo("21");
        assertThat(hex(RowKeys.entry(-1))).isEqualTo("22ffffffff");
        assertThat(hex(RowKeys.nextInstance())).isEqualTo("23");
        assertThat(hex(RowKeys.allocationsOf(9))).isEqualTo("0300000009");
        assertThat(hex(RowKeys.allOf(RowKeys.ALLOCATION))).isEqualTo("03");
    }

    @Test
    void keys_takenApart_giveTheirParts() {
        for (long unit : new long[] {0, 1, 0x7fffffffL, 0x80000000L, 0xffffffffL}) {
            byte[] key = RowKeys.allocation(0x80000001, unit);
            assertThat(RowKeys.unit(key)).isEqualTo(unit);
            assertThat(RowKeys.instance(key)).isEqualTo(0x80000001);
            assertThat(RowKeys.kind(key)).isEqualTo(RowKeys.ALLOCATION);
            assertThat(RowKeys.isAllocation(key)).isTrue();
        }
        assertThat(RowKeys.seq(RowKeys.recent(1L << 40 | 0xf0000000L))).isEqualTo(1L << 40 | 0xf0000000L);
        assertThat(RowKeys.instance(RowKeys.entry(12))).isEqualTo(12);
    }

    @Test
    void keys_sortAsUnsignedNumbers() {
        List<byte[]> ascending = List.of(
                RowKeys.pool(1),
                RowKeys.counters(1),
                RowKeys.allocation(1, 0x7fffffffL),
                RowKeys.allocation(1, 0x80000000L),
                RowKeys.allocation(2, 0),
                RowKeys.recent(0xffffffffL),
                RowKeys.recent(0x100000000L));
        for (int i = 1; i < ascending.size(); i++) {
            assertThat(Arrays.compareUnsigned(ascending.get(i - 1), ascending.get(i)))
                    .isNegative();
        }
    }

    @Test
    void keysOfTheMetaGroup_areThoseOfTheCatalogue() {
        assertThat(RowKeys.plan()).isEqualTo(CatalogueKeys.plan());
        assertThat(RowKeys.entry(7)).isEqualTo(CatalogueKeys.entry(7));
        assertThat(RowKeys.nextInstance()).isEqualTo(CatalogueKeys.nextInstance());
    }

    @Test
    void wrongKind_isRefused() {
        assertThatThrownBy(() -> RowKeys.unit(RowKeys.recent(1))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RowKeys.seq(RowKeys.allocation(1, 1))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RowKeys.instance(RowKeys.recent(1))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RowKeys.instance(RowKeys.plan())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RowKeys.kind(new byte[0])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RowKeys.allocation(1, 1L << 32)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RowKeys.allocation(1, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    private static String hex(byte[] key) {
        return HexFormat.of().formatHex(key);
    }
}
