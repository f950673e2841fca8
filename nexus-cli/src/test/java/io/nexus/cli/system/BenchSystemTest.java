package io.nexus.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nexus.cli.NexusCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bench with nodes of its own: real processes, started, killed and cleaned up after. */
class BenchSystemTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        return NexusCommand.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(args);
    }

    @Test
    void catchup_killsANodeAndWatchesItReturn(@TempDir Path dir) throws IOException {
        int code = run(
                "bench",
                "catchup",
                "--cluster",
                "3",
                "--base-port",
                Integer.toString(FreePorts.base()),
                "--dir",
                dir.resolve("nodes").toString(),
                "--subscribers",
                "300",
                "--output",
                "json");
        assertThat(code).as(err.toString()).isZero();
        JsonNode report = new ObjectMapper().readTree(out.toString());
        assertThat(report.at("/verified/answers").asLong()).isEqualTo(300);
        assertThat(report.at("/figures"))
                .hasSize(4)
                .allSatisfy(
                        figure -> assertThat(figure.path("value").asDouble()).isPositive());
        assertThat(dir.resolve("nodes")).doesNotExist();
    }

    @Test
    void peers_measuresTheEchoAndNexus(@TempDir Path dir) throws IOException {
        Path json = dir.resolve("peers.json");
        int code = run(
                "bench",
                "peers",
                "--systems",
                "echo,nexus",
                "--warmup",
                "1",
                "--duration",
                "1",
                "--addresses",
                "10000",
                "--base-port",
                Integer.toString(FreePorts.base()),
                "--json",
                json.toString());
        assertThat(code).as(err.toString()).isZero();
        JsonNode systems = new ObjectMapper().readTree(Files.readString(json)).at("/systems");
        assertThat(systems).hasSize(2).allSatisfy(system -> {
            assertThat(system.at("/allocate/succeeded").asLong()).isPositive();
            assertThat(system.at("/lookup/succeeded").asLong()).isPositive();
            assertThat(system.at("/allocate/server_cpu_us").asDouble()).isPositive();
        });
        assertThat(out.toString()).contains("grpc-java echo", "3 copies, fsync");
    }
}
