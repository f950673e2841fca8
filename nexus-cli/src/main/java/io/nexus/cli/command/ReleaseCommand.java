package io.nexus.cli.command;

import io.nexus.api.v1.ReleaseRequest;
import io.nexus.api.v1.ReleaseResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "release", description = "Free what a subscriber holds in a pool.")
final class ReleaseCommand implements Callable<Integer> {
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

    @Option(names = "--ip", paramLabel = "ADDRESS", description = "free only this address or prefix")
    String ip = "";

    @Option(names = "--duid", paramLabel = "HEX", description = "DHCPv6 client id")
    String duid = "";

    @Option(names = "--iaid", paramLabel = "N", description = "DHCPv6 identity association")
    long iaid;

    @Option(names = "--decline", description = "it was found in use elsewhere: nobody gets it for the pool's time")
    boolean decline;

    @Option(names = "--request-id", paramLabel = "ID", description = "name of this request, to repeat it safely")
    String requestId = "";

    @Option(
            names = "--generation",
            paramLabel = "N",
            description = "only the allocation of this generation, else GENERATION_CHANGED; see --output json")
    long generation;

    @Override
    public Integer call() {
        ReleaseRequest request = ReleaseRequest.newBuilder()
                .setSubscriberId(subscriber)
                .setPoolId(pool)
                .setIp(ip)
                .setDuid(duid)
                .setIaid((int) iaid)
                .setRequestId(requestId)
                .setGeneration(generation)
                .build();
        ReleaseResponse response = server.call(client -> decline ? client.decline(request) : client.release(request));
        if (server.json()) {
            server.show(response);
        } else {
            server.show(Texts.allocations(response.getReleasedList()));
            server.print((decline ? "declined" : "released") + ", token " + response.getToken());
        }
        return 0;
    }
}
