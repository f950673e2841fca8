package io.nexus.cli;

import io.nexus.api.client.NexusClientException;
import io.nexus.cli.command.Subcommands;
import io.nexus.cli.output.Colors;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code nexus} command. */
@Command(
        name = "nexus",
        description = "Clustered IP address allocation: never one address twice, never an answer forgotten.",
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
public final class NexusCommand {

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The whole command, for tests too: give it writers with setOut and setErr. */
    public static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new NexusCommand());
        Subcommands.addTo(commandLine);
        commandLine.setExecutionExceptionHandler((failure, command, parsed) -> report(failure, command.getErr()));
        commandLine.setParameterExceptionHandler((failure, arguments) -> {
            CommandLine command = failure.getCommandLine();
            command.getErr().println(Colors.detect().red("error: ") + failure.getMessage());
            CommandLine.UnmatchedArgumentException.printSuggestions(failure, command.getErr());
            command.getErr().println("try: " + command.getCommandSpec().qualifiedName() + " --help");
            command.getErr().flush();
            return ExitCode.USAGE.code();
        });
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        return commandLine;
    }

    private static int report(Exception failure, PrintWriter err) {
        if (failure instanceof NexusClientException refused) {
            ExitCode code = ExitCode.of(refused);
            String reason = refused.reason().isEmpty() ? "" : " [" + refused.reason() + "]";
            err.println(Colors.detect().red("error: ") + refused.getMessage() + reason);
            String next = nextStep(code, refused);
            if (!next.isEmpty()) {
                err.println(next);
            }
            err.flush();
            return code.code();
        }
        if (failure instanceof CommandFailure stopped) {
            err.println(Colors.detect().red("error: ") + stopped.getMessage());
            err.flush();
            return stopped.code().code();
        }
        err.println(Colors.detect().red("error: ") + failure);
        failure.printStackTrace(err);
        err.flush();
        return ExitCode.FAILED.code();
    }

    private static String nextStep(ExitCode code, NexusClientException refused) {
        return switch (code) {
            case UNAVAILABLE ->
                refused.reason().isEmpty()
                        ? "is a node running there? start one: nexus serve; or name others: --server HOST:PORT,HOST:PORT"
                        : "see: nexus status";
            case UNKNOWN -> "it may have happened; repeating the same command is safe";
            case NOT_FOUND -> refused.reason().equals("NO_SUCH_POOL") ? "see: nexus pool list" : "";
            default -> "";
        };
    }
}
