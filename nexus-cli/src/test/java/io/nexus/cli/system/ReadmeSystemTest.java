package io.nexus.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the README's tour do what it says, typed in one after the other. */
class ReadmeSystemTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    @Test
    void tour_works(@TempDir Path dir) throws IOException, InterruptedException {
        Path log = dir.resolve("tour.log");
        String script = "set -e\n"
                + "trap 'kill %1; wait %1 || true' EXIT\n"
                + "export NEXUS_DATA_DIR=" + dir.resolve("data") + "\n"
                + String.join("\n", tour());
        Process bash = new ProcessBuilder("bash", "-c", script)
                .directory(ROOT.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = bash.waitFor(120, TimeUnit.SECONDS);
        if (!ended) {
            bash.destroy();
        }
        String output = Files.readString(log);
        assertThat(ended).as(output).isTrue();
        assertThat(bash.exitValue()).as(output).isZero();
        assertThat(output)
                .contains("100.64.0.2", "2001:db8:", "jane@isp.example", "nexus_allocations_total")
                .doesNotContain("error:");
    }

    /** The lines of the block that is marked as the tour. */
    private static List<String> tour() throws IOException {
        List<String> lines = Files.readAllLines(ROOT.resolve("README.md"));
        int start = lines.indexOf("```sh tour") + 1;
        int end = start + lines.subList(start, lines.size()).indexOf("```");
        assertThat(start).as("the README has a tour").isPositive();
        return lines.subList(start, end);
    }
}
