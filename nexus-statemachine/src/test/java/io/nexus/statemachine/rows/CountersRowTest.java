package io.nexus.statemachine.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CountersRowTest {
    @Test
    void decoded_isWhatWasEncoded() {
        CountersRow row = new CountersRow(Integer.MAX_VALUE - 1, 0xffffffffL, 1L << 32, 1L << 32, 7);
        assertThat(CountersRow.decode(row.encode())).isEqualTo(row);
        assertThat(CountersRow.decode(new CountersRow(0, 0, 0, 0, 0).encode()))
                .isEqualTo(new CountersRow(0, 0, 0, 0, 0));
    }

    @Test
    void row_thatCannotBe_isRefused() {
        assertThatThrownBy(() -> new CountersRow(1, 0, 0, 5, 0)).hasMessageContaining("even");
        assertThatThrownBy(() -> new CountersRow(0, 0, -1, 5, 0)).hasMessageContaining("-1 of 5");
        assertThatThrownBy(() -> CountersRow.decode(new byte[] {9})).hasMessageContaining("version 9");
    }
}
