package io.nexus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The command line as a function: arguments in, exit code and text out. */
class NexusCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void everyCommand_hasHelpAndADescription() {
        for (List<String> path : paths(NexusCommand.commandLine(), List.of())) {
            List<String> args = new ArrayList<>(path);
            args.add("--help");
            out.getBuffer().setLength(0);
            assertThat(run(args.toArray(String[]::new)))
                    .as(String.join(" ", args))
                    .isZero();
            assertThat(out.toString()).contains("Usage: nexus");
        }
    }

    @Test
    void unknownCommand_suggestsAndReturnsUsage() {
        assertThat(run("alocate")).isEqualTo(ExitCode.USAGE.code());
        assertThat(err.toString()).contains("allocate").contains("nexus --help");
    }

    @Test
    void missingOption_isNamed() {
        assertThat(run("allocate", "someone")).isEqualTo(ExitCode.USAGE.code());
        assertThat(err.toString()).contains("--pool").contains("nexus allocate --help");
    }

    @Test
    void noNode_isUnavailableAndSaysWhatToDo() {
        // Port 1 is reserved and not listened on.
        assertThat(run("status", "--server", "127.0.0.1:1", "--timeout", "0.3"))
                .isIn(ExitCode.UNAVAILABLE.code(), ExitCode.UNKNOWN.code());
        assertThat(err.toString()).contains("error:");
    }

    @Test
    void version_isThatOfTheBuild() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).containsPattern("nexus \\d+\\.\\d+");
    }

    private static List<List<String>> paths(CommandLine command, List<String> path) {
        List<List<String>> all = new ArrayList<>();
        all.add(path);
        command.getSubcommands().forEach((name, sub) -> {
            List<String> longer = new ArrayList<>(path);
            longer.add(name);
            all.addAll(paths(sub, longer));
        });
        return all;
    }

    private int run(String... args) {
        return NexusCommand.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(args);
    }
}
