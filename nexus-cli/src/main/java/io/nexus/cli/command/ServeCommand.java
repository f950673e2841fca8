package io.nexus.cli.command;

import io.nexus.api.cluster.IdentityRefused;
import io.nexus.api.config.ConfigLoader;
import io.nexus.api.config.NodeConfig;
import io.nexus.api.node.NexusNode;
import io.nexus.cli.CommandFailure;
import io.nexus.cli.ExitCode;
import io.nexus.cli.Version;
import io.nexus.statemachine.storage.StorageFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "serve",
        description = {
            "Run a node in the foreground until SIGTERM.",
            "Without configuration it is a one-node Nexus with its data in ./nexus-data."
        })
final class ServeCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);
    private static final long STOP_MILLIS = 35_000;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description =
                    "YAML configuration; default: $NEXUS_CONFIG, or none. Every key has an environment variable too")
    @Nullable
    Path file;

    @Option(names = "--check-config", description = "say what is wrong with the configuration, and do not start")
    boolean checkOnly;

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        NodeConfig config = configuration();
        if (checkOnly) {
            return ExitCode.OK.code();
        }
        NexusNode node = new NexusNode(config, Version.number(), machineName(), ServeCommand::fatal);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            stop(node);
                            stopped.countDown();
                        },
                        "nexus-stop"));
        try {
            node.start();
        } catch (IOException | RuntimeException e) {
            throw refused(e);
        }
        stopped.await();
        return ExitCode.OK.code();
    }

    /** One sentence and the code that says whether a restart may help; what is none of these is a bug of ours. */
    static RuntimeException refused(Exception failure) {
        String why = String.valueOf(failure.getMessage());
        if (failure instanceof IdentityRefused refused) {
            return new CommandFailure(refused.byConfiguration() ? ExitCode.USAGE : ExitCode.STORAGE, why);
        }
        if (failure instanceof UncheckedIOException unchecked) {
            return new CommandFailure(ExitCode.STORAGE, "cannot start: " + why + ": " + unchecked.getCause());
        }
        if (failure instanceof StorageFailure) {
            Throwable cause = failure.getCause();
            return new CommandFailure(ExitCode.STORAGE, "cannot start: " + why + (cause == null ? "" : ": " + cause));
        }
        if (failure instanceof IOException) {
            return new CommandFailure(ExitCode.REFUSED, "cannot start: " + why);
        }
        return failure instanceof RuntimeException bug ? bug : new IllegalStateException(failure);
    }

    /** Ratis can wait for ever when it is closed in an unlucky moment; what was acknowledged is on disk anyway. */
    private static void stop(NexusNode node) {
        Thread closing = new Thread(node::close, "nexus-close");
        closing.setDaemon(true);
        closing.start();
        try {
            closing.join(STOP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (closing.isAlive()) {
            LOG.atError().log("the orderly stop takes too long, ending the process");
            Runtime.getRuntime().halt(ExitCode.FAILED.code());
        }
    }

    private NodeConfig configuration() {
        ConfigLoader.Loaded loaded = ConfigLoader.load(file, System.getenv(), machineName());
        loaded.warnings().forEach(warning -> LOG.atWarn().log(warning));
        if (loaded.config() == null) {
            throw new CommandFailure(
                    ExitCode.USAGE, "the configuration is wrong:\n  " + String.join("\n  ", loaded.errors()));
        }
        StringBuilder values = new StringBuilder("configuration in effect:");
        loaded.settings()
                .forEach(setting -> values.append("\n  ")
                        .append(setting.key())
                        .append(" = ")
                        .append(setting.value())
                        .append("  (")
                        .append(setting.source())
                        .append(')'));
        LOG.atInfo().log(values.toString());
        if (checkOnly) {
            Objects.requireNonNull(spec).commandLine().getOut().println(values);
        }
        return loaded.config();
    }

    private static String machineName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "127.0.0.1";
        }
    }

    /** A node that cannot keep its word stops at once: no orderly end can be trusted now, and none is needed. */
    private static void fatal(String what, Throwable cause) {
        LOG.atError().setCause(cause).log("{} This node stops itself (exit code {}).", what, ExitCode.STORAGE.code());
        Runtime.getRuntime().halt(ExitCode.STORAGE.code());
    }
}
