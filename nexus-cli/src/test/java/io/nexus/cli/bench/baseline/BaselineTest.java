package io.nexus.cli.bench.baseline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BaselineTest {
    @Test
    void ratio_isWorseBeyondItsTolerance_inItsDirection() {
        assertThat(Ratio.allocate_of_echo.worse(0.71, 1, 0.3)).isFalse();
        assertThat(Ratio.allocate_of_echo.worse(0.69, 1, 0.3)).isTrue();
        assertThat(Ratio.allocate_of_echo.worse(5, 1, 0.3)).isFalse();
        assertThat(Ratio.full_p99.worse(1.9, 1, 1)).isFalse();
        assertThat(Ratio.full_p99.worse(2.1, 1, 1)).isTrue();
        assertThat(Ratio.full_p99.worse(0.1, 1, 1)).isFalse();
    }

    @Test
    void file_comesBackAsItWasWritten_andKeepsItsTolerances(@TempDir Path dir) throws IOException {
        Baseline first = new Baseline("here", Map.of(Ratio.allocate_of_echo, new Baseline.Entry(0.25, 0.4)));
        Path file = dir.resolve("baseline.json");
        Files.writeString(file, first.json());
        assertThat(Baseline.read(file)).isEqualTo(first);

        Baseline second = first.with("there", Map.of(Ratio.allocate_of_echo, 0.5, Ratio.full_p50, 1.1));
        Files.writeString(file, second.json());
        assertThat(Baseline.read(file))
                .isEqualTo(new Baseline(
                        "there",
                        Map.of(
                                Ratio.allocate_of_echo,
                                new Baseline.Entry(0.5, 0.4),
                                Ratio.full_p50,
                                new Baseline.Entry(1.1, Ratio.full_p50.tolerance()))));
    }

    @Test
    void committedBaseline_knowsEveryRatio() {
        assertThat(Baseline.read(Path.of("../docs/bench-baseline.json")).ratios())
                .containsOnlyKeys(Ratio.values());
    }

    @Test
    void noFile_isAnEmptyBaseline(@TempDir Path dir) {
        assertThat(Baseline.read(dir.resolve("none")).ratios()).isEmpty();
    }
}
