package io.nexus.cli.bench.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class CpuClockTest {
    @Test
    void parse_findsTheSampleAmongOthers() {
        String metrics = "# HELP process_cpu_seconds_total CPU time\n# TYPE process_cpu_seconds_total counter\n"
                + "process_cpu_seconds_total 12.75\nprocess_cpu_seconds_total_other 3\n";
        assertThat(CpuClock.parse(metrics)).hasValue(12.75);
        assertThat(CpuClock.parse("# nothing\n")).isEmpty();
    }

    @Test
    void between_leavesOutWhoWasRestartedOrAway() {
        assertThat(CpuClock.between(Map.of("n1", 1.0, "n2", 5.0, "n3", 1.0), Map.of("n1", 3.5, "n2", 0.5, "n4", 2.0)))
                .containsExactly(Map.entry("n1", 2.5));
    }

    @Test
    void unitsOfAPool_holdAllSubscribersAndWhatIsReserved() {
        assertThat(BenchPools.units(1)).isEqualTo(256);
        assertThat(BenchPools.units(253)).isEqualTo(256);
        assertThat(BenchPools.units(254)).isEqualTo(512);
        assertThat(BenchPools.units(65_533)).isEqualTo(65_536);
        assertThat(BenchPools.units(65_534)).isEqualTo(131_072);
    }
}
