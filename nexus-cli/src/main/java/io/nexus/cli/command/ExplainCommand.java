package io.nexus.cli.command;

import io.nexus.api.v1.ExplainRequest;
import io.nexus.api.v1.ExplainResponse;
import io.nexus.api.v1.UnitView;
import io.nexus.cli.ExitCode;
import io.nexus.cli.output.Table;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "explain",
        description = {
            "Why an address is as it is, or what a subscriber has and may come back to.",
            "Any node answers, from its own store. What looks like an IP address is one."
        })
final class ExplainCommand implements Callable<Integer> {
    @Mixin
    ServerOptions server = new ServerOptions();

    @Parameters(paramLabel = "SUBSCRIBER|ADDRESS", description = "subscriber id, IPv4 or IPv6 address")
    String subject = "";

    @Option(names = "--space", paramLabel = "SPACE", description = "address space (by address). Default: default")
    String space = "";

    @Option(names = "--by-subscriber", description = "the argument is a subscriber id even if it looks like an address")
    boolean bySubscriber;

    @Override
    public Integer call() {
        boolean isAddress = !bySubscriber && LookupCommand.looksLikeAddress(subject);
        ExplainRequest.Builder request = ExplainRequest.newBuilder().setSpace(space);
        ExplainRequest question = (isAddress ? request.setIp(subject) : request.setSubscriberId(subject)).build();
        ExplainResponse response = server.call(client -> client.explain(question));
        if (server.json()) {
            server.show(response);
        } else if (response.getUnitsCount() == 0) {
            server.print(
                    isAddress
                            ? "no pool of this address space has " + subject
                            : subject + " has nothing, and no right to anything it had");
        } else {
            server.show(table(response));
        }
        return response.getUnitsCount() == 0 ? ExitCode.NOT_FOUND.code() : ExitCode.OK.code();
    }

    private static Table table(ExplainResponse response) {
        Table table = new Table("ADDRESS", "POOL", "STATE", "RESERVED FOR", "WHY");
        for (UnitView unit : response.getUnitsList()) {
            table.row(
                    unit.getIp() + "/" + unit.getPrefixLength(),
                    unit.getPoolId(),
                    unit.getState().toLowerCase(Locale.ROOT),
                    unit.getReservedFor().isEmpty() ? "-" : unit.getReservedFor(),
                    unit.getWhy());
        }
        return table;
    }
}
