package io.nexus.cli.command;

import com.google.protobuf.Message;
import io.nexus.api.client.NexusClient;
import io.nexus.cli.output.Colors;
import io.nexus.cli.output.ProtoJson;
import io.nexus.cli.output.Table;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What every command that talks to a cluster takes: where it is, how long to wait, how to show the answer. */
final class ServerOptions {
    enum Format {
        table,
        json
    }

    @Option(
            names = {"-s", "--server"},
            split = ",",
            paramLabel = "HOST:PORT",
            defaultValue = "${env:NEXUS_SERVER:-127.0.0.1:9000}",
            description = "gRPC address of one or more nodes; the next is tried when one cannot answer. "
                    + "Default: $NEXUS_SERVER or 127.0.0.1:9000")
    List<String> servers = List.of();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table for people, json for scripts. Default: ${DEFAULT-VALUE}")
    Format output = Format.table;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "time for the whole command with all its attempts. Default: ${DEFAULT-VALUE}")
    double timeoutSeconds;

    @Spec(Spec.Target.MIXEE)
    @Nullable
    CommandSpec spec;

    /** Makes one call and waits for its answer; a failure is the client's exception. */
    <R> R call(Function<NexusClient, CompletableFuture<R>> request) {
        try (NexusClient client = new NexusClient(servers, Duration.ofMillis((long) (timeoutSeconds * 1000)))) {
            return request.apply(client).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
        }
    }

    boolean json() {
        return output == Format.json;
    }

    PrintWriter out() {
        CommandSpec command = java.util.Objects.requireNonNull(spec);
        return command.commandLine().getOut();
    }

    PrintWriter err() {
        CommandSpec command = java.util.Objects.requireNonNull(spec);
        return command.commandLine().getErr();
    }

    void show(Message message) {
        print(ProtoJson.print(message));
    }

    void show(Table table) {
        table.print(out(), Colors.detect());
    }

    void print(String line) {
        out().println(line);
        out().flush();
    }
}
