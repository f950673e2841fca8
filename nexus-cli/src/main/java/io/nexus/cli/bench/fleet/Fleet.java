package io.nexus.cli.bench.fleet;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.nexus.api.client.NexusClient;
import io.nexus.api.v1.StatusResponse;
import io.nexus.cli.CommandFailure;
import io.nexus.cli.ExitCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;

/** The nodes and the connections to them. Thread-safe after opening. */
public final class Fleet implements AutoCloseable {
    private static final Duration ADMIN_TIMEOUT = Duration.ofSeconds(20);
    private static final int ANSWER_BYTES_MAX = 16 << 20;

    private final StatusResponse status;
    private final List<FleetNode> nodes;
    private final List<FleetNode> entrances;
    private final Map<String, List<ManagedChannel>> connections = new LinkedHashMap<>();
    private final Map<String, Calls> calls = new LinkedHashMap<>();
    private final NexusClient admin;

    private Fleet(StatusResponse status, List<FleetNode> nodes, List<FleetNode> entrances, NexusClient admin) {
        this.status = status;
        this.nodes = nodes;
        this.entrances = entrances;
        this.admin = admin;
    }

    /**
     * Asks the cluster who is in it, and opens connections to all of them.
     *
     * @param servers where to ask. More than one: these are the servers that "any" goes round; one: all that it knows
     * @param connectionsEach to each node
     * @param timeout of each measured call
     */
    public static Fleet open(List<String> servers, int connectionsEach, Duration timeout) {
        NexusClient admin = new NexusClient(servers, ADMIN_TIMEOUT);
        StatusResponse status = answered(() -> admin.status().join());
        List<FleetNode> nodes = new ArrayList<>();
        status.getNodesList()
                .forEach(node -> nodes.add(
                        new FleetNode(node.getNodeId(), node.getName(), node.getGrpcAddr(), node.getHttpAddr())));
        List<FleetNode> all = nodes.size() > 1 ? nodes : List.of(only(nodes, status, servers.get(0)));
        List<FleetNode> given =
                all.stream().filter(node -> servers.contains(node.grpc())).toList();
        Fleet fleet = new Fleet(status, List.copyOf(all), servers.size() > 1 && !given.isEmpty() ? given : all, admin);
        for (FleetNode node : all) {
            List<ManagedChannel> channels = new ArrayList<>();
            for (int i = 0; i < connectionsEach; i++) {
                channels.add(connect(node.grpc()));
            }
            fleet.connections.put(node.id(), channels);
            fleet.calls.put(node.id(), new UnaryCalls(channels, timeout));
        }
        return fleet;
    }

    /** The one node there is, at the address by which it was reached. */
    private static FleetNode only(List<FleetNode> nodes, StatusResponse status, String server) {
        return nodes.isEmpty()
                ? new FleetNode(status.getNodeId(), "n1", server, "")
                : new FleetNode(
                        nodes.get(0).id(),
                        nodes.get(0).name(),
                        server,
                        nodes.get(0).http());
    }

    /** A connection of its own, whose callbacks run on the network thread. */
    public static ManagedChannel connect(String server) {
        return ManagedChannelBuilder.forTarget("dns:///" + server)
                .usePlaintext()
                .directExecutor()
                .maxInboundMessageSize(ANSWER_BYTES_MAX)
                .build();
    }

    /** As the node that was asked first saw the cluster when this was opened. */
    public StatusResponse status() {
        return status;
    }

    public List<FleetNode> nodes() {
        return nodes;
    }

    public FleetNode node(String idOrName) {
        return nodes.stream()
                .filter(node -> node.id().equals(idOrName) || node.name().equals(idOrName))
                .findFirst()
                .orElseThrow(() -> new CommandFailure(
                        ExitCode.USAGE,
                        "no node " + idOrName + "; there are "
                                + nodes.stream().map(FleetNode::name).toList()));
    }

    public Calls calls(FleetNode node) {
        Calls found = calls.get(node.id());
        if (found == null) {
            throw new IllegalArgumentException("not connected to " + node);
        }
        return found;
    }

    /** For what is not measured: with retries, and futures that fail with the client's exception. */
    public NexusClient admin() {
        return admin;
    }

    /** Where the calls of a run go. */
    public Target target(String name, BenchPools pools) {
        if (name.equals("any")) {
            List<Calls> all = entrances.stream().map(this::calls).toList();
            return (pool, number) -> all.get((int) (number % all.size()));
        }
        if (name.equals("owner")) {
            List<Calls> owners = pools.books().stream()
                    .map(book -> calls(node(pools.owner(book))))
                    .toList();
            return (pool, number) -> owners.get(pool);
        }
        Calls one = calls(node(name));
        return (pool, number) -> one;
    }

    /** Picks the node for a call. */
    @FunctionalInterface
    public interface Target {
        /** @param pool place of the pool among those of the run */
        Calls of(int pool, long number);
    }

    /** Waits for an answer of the admin client; a failure is the client's exception. */
    public static <R> R answered(java.util.function.Supplier<R> call) {
        try {
            return call.get();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
        }
    }

    @Override
    public void close() {
        admin.close();
        connections.values().forEach(list -> list.forEach(ManagedChannel::shutdownNow));
    }
}
