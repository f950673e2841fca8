package io.nexus.cli.command;

import io.nexus.cli.ExitCode;
import io.nexus.cli.bench.rivals.EchoService;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "echo",
        hidden = true,
        description = "A gRPC server that does nothing, on loopback: a ceiling to compare with.")
final class BenchEchoCommand implements Callable<Integer> {
    @Option(names = "--port", paramLabel = "PORT", required = true, description = "to listen on")
    int port;

    @Override
    public Integer call() throws IOException, InterruptedException {
        EchoService.serve(port).awaitTermination();
        return ExitCode.OK.code();
    }
}
