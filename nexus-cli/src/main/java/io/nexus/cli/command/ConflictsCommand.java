package io.nexus.cli.command;

import io.nexus.api.v1.ListConflictsRequest;
import io.nexus.api.v1.ListConflictsResponse;
import io.nexus.api.v1.RecordConflict;
import io.nexus.api.v1.RecordServiceGrpc;
import io.nexus.cli.output.Table;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "conflicts",
        description = "Records that were written on two nodes at once: which write stayed, and what the other one said."
                + " As the node that is asked saw it.")
final class ConflictsCommand implements Callable<Integer> {
    @Mixin
    ServerOptions server = new ServerOptions();

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            description = "at most so many, up to 1000, the newest first. Default: ${DEFAULT-VALUE}")
    int limit;

    @Override
    public Integer call() {
        ListConflictsRequest request =
                ListConflictsRequest.newBuilder().setLimit(limit).build();
        ListConflictsResponse response =
                server.call(client -> client.ask(RecordServiceGrpc.getListConflictsMethod(), request));
        if (server.json()) {
            server.show(response);
        } else if (response.getConflictsCount() == 0) {
            server.print("no conflicts");
        } else {
            server.show(table(response));
        }
        return 0;
    }

    private static Table table(ListConflictsResponse response) {
        Table table = new Table("DETECTED", "KIND", "ID", "KEPT", "FROM NODE", "LOST", "FROM NODE", "LOST VALUE");
        for (RecordConflict conflict : response.getConflictsList()) {
            table.row(
                    Instant.ofEpochMilli(conflict.getDetectedAtMs()).toString(),
                    conflict.getKind(),
                    conflict.getId(),
                    RecordVerbs.updated(conflict.getKept()),
                    conflict.getKept().getNodeId(),
                    RecordVerbs.updated(conflict.getLost()),
                    conflict.getLost().getNodeId(),
                    conflict.getLostValue().isEmpty() ? "(deleted)" : conflict.getLostValue());
        }
        return table;
    }
}
