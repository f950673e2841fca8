package io.nexus.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class DemoCommandTest {
    @Test
    void stopCommand_endsTheClusterOfTheseOptions() {
        assertThat(parsed().stopCommand()).isEqualTo("scripts/quickstart stop");
        assertThat(parsed("--base-port", "19000").stopCommand()).isEqualTo("scripts/quickstart stop");
        assertThat(parsed("--dir", "/tmp/d").stopCommand()).isEqualTo("scripts/quickstart stop --dir /tmp/d");
        assertThat(parsed("--dir", "/tmp/my d").stopCommand()).isEqualTo("scripts/quickstart stop --dir '/tmp/my d'");
    }

    @Test
    void statusCommand_asksTheFirstNodeOfTheseOptions() {
        assertThat(parsed().server("127.0.0.1:9000")).isEmpty();
        assertThat(parsed("--base-port", "19000").server("127.0.0.1:19000")).isEqualTo(" --server 127.0.0.1:19000");
    }

    private static DemoCommand parsed(String... args) {
        DemoCommand command = new DemoCommand();
        new CommandLine(command).parseArgs(args);
        return command;
    }
}
