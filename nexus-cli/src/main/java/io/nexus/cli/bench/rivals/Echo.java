package io.nexus.cli.bench.rivals;

import io.grpc.ManagedChannel;
import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.LookupRequest;
import io.nexus.cli.bench.fleet.FailureReason;
import io.nexus.cli.bench.fleet.Fleet;
import io.nexus.cli.bench.fleet.UnaryCalls;
import io.nexus.cli.bench.load.Job;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The bare echo in a process of its own. Keeps nothing. */
public final class Echo implements Rival {
    private static final String POOL = "bench-0a1b2c3d-0";

    private final ServerProcess server;
    private final List<ManagedChannel> connections = new ArrayList<>();
    private final UnaryCalls calls;
    private final Holders holders = new Holders(Integer.MAX_VALUE);

    /** @param launcher of the {@code nexus} command */
    public Echo(Path launcher, Path dir, int port, int connections) {
        this.server = ServerProcess.start(
                "echo", dir, Map.of(), List.of(launcher.toString(), "bench", "echo", "--port", Integer.toString(port)));
        for (int i = 0; i < connections; i++) {
            this.connections.add(Fleet.connect("127.0.0.1:" + port));
        }
        this.calls = new UnaryCalls(this.connections, Duration.ofSeconds(10));
        server.awaitPort(port, Duration.ofSeconds(30));
    }

    @Override
    public String version() {
        return "grpc-java echo";
    }

    @Override
    public String durability() {
        return "keeps nothing";
    }

    @Override
    public Job allocate() {
        return holders.allocate((subscriber, ticket) -> calls.call(
                EchoService.ALLOCATE,
                AllocateRequest.newBuilder()
                        .setSubscriberId(Holders.name(subscriber))
                        .setPoolId(POOL)
                        .build(),
                answer -> ticket.succeeded(0),
                failure -> ticket.failed(0, FailureReason.of(failure))));
    }

    @Override
    public Job lookup() {
        return holders.lookup((subscriber, ticket) -> calls.call(
                EchoService.LOOKUP,
                LookupRequest.newBuilder()
                        .setSubscriberId(Holders.name(subscriber))
                        .setPoolId(POOL)
                        .build(),
                answer -> ticket.succeeded(0),
                failure -> ticket.failed(0, FailureReason.of(failure))));
    }

    @Override
    public double cpuSeconds() {
        return server.cpuSeconds();
    }

    @Override
    public void close() {
        connections.forEach(ManagedChannel::shutdownNow);
        server.close();
    }
}
