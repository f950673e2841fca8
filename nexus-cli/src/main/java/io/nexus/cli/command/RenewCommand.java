package io.nexus.cli.command;

import io.nexus.api.v1.RenewRequest;
import io.nexus.api.v1.RenewResponse;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "renew", description = "Extend a subscriber's lease. Never shortens it.")
final class RenewCommand implements Callable<Integer> {
    @Mixin
    ServerOptions server = new ServerOptions();

    @Parameters(paramLabel = "SUBSCRIBER", description = "subscriber id")
    String subscriber = "";

    @Option(
            names = {"-p", "--pool"},
            required = true,
            paramLabel = "POOL",
            description = "pool id")
    String pool = "";

    @Option(names = "--ttl", paramLabel = "SECONDS", description = "lease time from now; default: the pool's")
    long ttlSeconds;

    @Option(names = "--duid", paramLabel = "HEX", description = "DHCPv6 client id")
    String duid = "";

    @Option(names = "--iaid", paramLabel = "N", description = "DHCPv6 identity association")
    long iaid;

    @Option(names = "--request-id", paramLabel = "ID", description = "name of this request, to repeat it safely")
    String requestId = "";

    @Option(
            names = "--generation",
            paramLabel = "N",
            description = "only the allocation of this generation, else GENERATION_CHANGED; see --output json")
    long generation;

    @Override
    public Integer call() {
        RenewRequest request = RenewRequest.newBuilder()
                .setSubscriberId(subscriber)
                .setPoolId(pool)
                .setTtlSeconds(ttlSeconds)
                .setDuid(duid)
                .setIaid((int) iaid)
                .setRequestId(requestId)
                .setGeneration(generation)
                .build();
        RenewResponse response = server.call(client -> client.renew(request));
        if (server.json()) {
            server.show(response);
        } else {
            server.show(Texts.allocations(List.of(response.getAllocation())));
        }
        return 0;
    }
}
