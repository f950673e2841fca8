package io.nexus.cli.command;

import io.nexus.api.v1.HashringResponse;
import io.nexus.api.v1.RingSegment;
import io.nexus.api.v1.StatusResponse;
import io.nexus.cli.output.Table;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "ring", description = "The hashring: segments, their members and owners, and the pools on them.")
final class RingCommand implements Callable<Integer> {
    @Mixin
    ServerOptions server = new ServerOptions();

    @Override
    public Integer call() {
        HashringResponse ring = server.call(client -> client.hashring());
        if (server.json()) {
            server.show(ring);
            return 0;
        }
        StatusResponse status = server.call(client -> client.status());
        Map<String, String> names = new HashMap<>();
        status.getNodesList().forEach(node -> names.put(node.getNodeId(), node.getName()));
        server.print("ring version " + ring.getVersion() + ", " + ring.getSegmentCount() + " segments, "
                + ring.getVirtualNodes() + " virtual nodes per node");
        Table table = new Table("SEGMENT", "ARC FROM", "OWNER", "MEMBERS (PREFERRED FIRST)", "POOLS");
        for (RingSegment segment : ring.getSegmentsList()) {
            table.row(
                    segment.getSegment(),
                    String.format("%016x", segment.getArcStart()),
                    segment.getOwner().isEmpty() ? "none" : names.getOrDefault(segment.getOwner(), segment.getOwner()),
                    segment.getMembersList().stream()
                            .map(id -> names.getOrDefault(id, id))
                            .collect(Collectors.joining(" ")),
                    segment.getPoolsCount() == 0 ? "-" : String.join(" ", segment.getPoolsList()));
        }
        server.show(table);
        return 0;
    }
}
