package io.nexus.cli.command;

import picocli.AutoComplete;
import picocli.CommandLine;

/** Which subcommands there are, in the order in which help lists them. */
public final class Subcommands {
    private Subcommands() {}

    public static void addTo(CommandLine nexus) {
        nexus.addSubcommand(new ServeCommand())
                .addSubcommand(new StatusCommand())
                .addSubcommand(new RingCommand())
                .addSubcommand(new PoolCommand())
                .addSubcommand(new ReservationCommand())
                .addSubcommand(new AllocateCommand())
                .addSubcommand(new ConfirmCommand())
                .addSubcommand(new RenewCommand())
                .addSubcommand(new ReleaseCommand())
                .addSubcommand(new LookupCommand())
                .addSubcommand(new WhoHadCommand())
                .addSubcommand(new ExplainCommand())
                .addSubcommand(new SubscriberCommand())
                .addSubcommand(new SessionCommand())
                .addSubcommand(new DeviceCommand())
                .addSubcommand(new ConflictsCommand())
                .addSubcommand(new KeyCommands.Get())
                .addSubcommand(new KeyCommands.ListKeys())
                .addSubcommand(new WatchCommand())
                .addSubcommand(new DemoCommand())
                .addSubcommand(bench())
                .addSubcommand("completion", new AutoComplete.GenerateCompletion());
        nexus.getSubcommands().values().forEach(Subcommands::withHelp);
    }

    private static CommandLine bench() {
        return new CommandLine(new BenchCommand())
                .addSubcommand(new BenchPeersCommand())
                .addSubcommand(new BenchCheckCommand())
                .addSubcommand(new BenchEchoCommand());
    }

    private static void withHelp(CommandLine command) {
        command.getCommandSpec().mixinStandardHelpOptions(true);
        command.getSubcommands().values().forEach(Subcommands::withHelp);
    }
}
