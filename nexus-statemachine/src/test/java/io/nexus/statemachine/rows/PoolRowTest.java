package io.nexus.statemachine.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nexus.statemachine.codec.PoolEntryCodec;
import io.nexus.statemachine.model.AddressRange;
import io.nexus.statemachine.model.Family;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.PoolSpec;
import io.nexus.statemachine.model.Prefix;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PoolRowTest {
    private static final Prefix GATEWAY = new Prefix(Family.IPV4, 0, 0x0a000001L, 32);
    private static final PoolEntry ENTRY = new PoolEntry(
            new PoolSpec(
                    "residential",
                    "default",
                    new Prefix(Family.IPV4, 0, 0x0a000000L, 16),
                    32,
                    GATEWAY,
                    List.of(new AddressRange(GATEWAY, GATEWAY)),
                    List.of(GATEWAY),
                    3600,
                    Map.of("site", "north")),
            12,
            3);

    @Test
    void decoded_isWhatWasEncoded() {
        for (boolean sealed : new boolean[] {false, true}) {
            PoolRow row = new PoolRow(ENTRY, sealed);
            assertThat(PoolRow.decode(row.encode())).isEqualTo(row);
        }
    }

    @Test
    void encoded_isHeaderAndEntry() {
        byte[] row = new PoolRow(ENTRY, true).encode();
        assertThat(Arrays.copyOf(row, 2)).containsExactly(1, 1);
        assertThat(Arrays.copyOfRange(row, 2, row.length)).isEqualTo(PoolEntryCodec.encode(ENTRY));
    }

    @Test
    void decoded_ofAnotherVersion_isRefused() {
        byte[] row = new PoolRow(ENTRY, true).encode();
        row[0] = 2;
        assertThatThrownBy(() -> PoolRow.decode(row)).hasMessageContaining("version 2");
        row[0] = 1;
        row[1] = 2;
        assertThatThrownBy(() -> PoolRow.decode(row)).hasMessageContaining("flags");
    }
}
