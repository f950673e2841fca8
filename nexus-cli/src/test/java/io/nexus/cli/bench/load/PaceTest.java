package io.nexus.cli.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PaceTest {
    @Test
    void open_startsAtEvenDistances() {
        Pace.Open pace = new Pace.Open(200, 1);
        assertThat(pace.startNanos(0)).isZero();
        assertThat(pace.startNanos(1)).isEqualTo(5_000_000);
        assertThat(pace.startNanos(200)).isEqualTo(1_000_000_000);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.3, 1, 3, 7, 333.33, 12_345, 999_999})
    void open_doesNotDriftAndCountsWhatIsDue(double perSecond) {
        Pace.Open pace = new Pace.Open(perSecond, 1);
        long hour = (long) (3_600 * perSecond);
        assertThat(pace.startNanos(hour) / 1e9).isCloseTo(hour / perSecond, org.assertj.core.data.Offset.offset(1e-6));
        for (long number : new long[] {0, 1, 2, 10, 1_000, hour}) {
            long start = pace.startNanos(number);
            assertThat(pace.dueBy(start)).as("at the start of %d", number).isEqualTo(number + 1);
            assertThat(pace.dueBy(start - 1))
                    .as("before the start of %d", number)
                    .isEqualTo(number);
        }
    }

    @Test
    void pace_refusesWhatIsNone() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Pace.Open(0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Pace.Open(Double.NaN, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Pace.Closed(0));
    }
}
