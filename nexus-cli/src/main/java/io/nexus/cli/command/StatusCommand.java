package io.nexus.cli.command;

import io.nexus.api.client.NexusClientException;
import io.nexus.api.v1.NodeStatus;
import io.nexus.api.v1.SegmentStatus;
import io.nexus.api.v1.StatusResponse;
import io.nexus.cli.ExitCode;
import io.nexus.cli.output.Table;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "status",
        description = "The cluster as one node sees it: nodes, segments, how fresh. Exit code 5 while it is not ready.")
final class StatusCommand implements Callable<Integer> {
    private static final long POLL_NANOS = 200_000_000;

    @Mixin
    ServerOptions server = new ServerOptions();

    @Option(names = "--wait", paramLabel = "SECONDS", description = "wait so long at most until the node is ready")
    double waitSeconds;

    @Override
    public Integer call() {
        StatusResponse status = status();
        if (server.json()) {
            server.show(status);
        } else {
            print(status);
        }
        return status.getReady() ? ExitCode.OK.code() : ExitCode.UNAVAILABLE.code();
    }

    private StatusResponse status() {
        long deadline = System.nanoTime() + (long) (waitSeconds * 1e9);
        while (true) {
            try {
                StatusResponse status = server.call(client -> client.status());
                if (status.getReady() || System.nanoTime() >= deadline) {
                    return status;
                }
            } catch (NexusClientException e) {
                if (System.nanoTime() >= deadline) {
                    throw e;
                }
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private void print(StatusResponse status) {
        Map<String, String> names = new HashMap<>();
        status.getNodesList().forEach(node -> names.put(node.getNodeId(), node.getName()));
        server.print("cluster " + (status.getClusterId().isEmpty() ? "not formed yet" : status.getClusterId())
                + ", seen from " + names.getOrDefault(status.getNodeId(), status.getNodeId())
                + ", nexus " + status.getVersion());
        status.getNotReadyBecauseList().forEach(reason -> server.print("not ready: " + reason));
        status.getWarningsList().forEach(warning -> server.print("warning: " + warning));
        server.print("");
        Table nodes = new Table("NODE", "STATE", "SEEN", "LEADS", "HOSTS", "GRPC", "HTTP");
        for (NodeStatus node : status.getNodesList()) {
            nodes.row(
                    node.getName(),
                    node.getState(),
                    node.getLastSeenMs() < 0 ? "never" : node.getLastSeenMs() + " ms",
                    node.getSegmentsLed(),
                    node.getSegmentsHosted(),
                    node.getGrpcAddr(),
                    node.getHttpAddr());
        }
        server.show(nodes);
        server.print("");
        Table segments = new Table(
                "SEGMENT",
                "OWNER",
                "MEMBERS",
                "HERE",
                "FOLLOWS",
                "SEQ",
                "LAG",
                "STALE",
                "POOLS",
                "ALLOCATIONS",
                "CONDITION");
        for (SegmentStatus segment : status.getSegmentsList()) {
            segments.row(
                    segment.getSegment() == 0 ? "meta" : segment.getSegment(),
                    segment.getOwner().isEmpty() ? "none" : names.getOrDefault(segment.getOwner(), segment.getOwner()),
                    segment.getMembersList().stream()
                            .map(id -> names.getOrDefault(id, id))
                            .collect(Collectors.joining(" ")),
                    segment.getRole(),
                    segment.getUpstream().isEmpty()
                            ? "-"
                            : names.getOrDefault(segment.getUpstream(), segment.getUpstream()),
                    segment.getSeq(),
                    segment.getLag(),
                    segment.getStalenessMs() < 0 ? "unknown" : segment.getStalenessMs() + " ms",
                    segment.getPools(),
                    segment.getAllocations(),
                    segment.getCondition());
        }
        server.show(segments);
    }
}
