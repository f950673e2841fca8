package io.nexus.cli.command;

import io.nexus.api.v1.AllocType;
import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.AllocateResponse;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "allocate",
        description = "Give a subscriber an address or prefix of a pool. Repeating it gives the same one.")
final class AllocateCommand implements Callable<Integer> {
    enum Type {
        session,
        sticky,
        permanent
    }

    @Mixin
    ServerOptions server = new ServerOptions();

    @Parameters(paramLabel = "SUBSCRIBER", description = "subscriber id, for example a MAC or a circuit id")
    String subscriber = "";

    @Option(
            names = {"-p", "--pool"},
            required = true,
            paramLabel = "POOL",
            description = "pool id")
    String pool = "";

    @Option(names = "--ip", paramLabel = "ADDRESS", description = "ask for this address or prefix")
    String ip = "";

    @Option(names = "--ttl", paramLabel = "SECONDS", description = "lease time; default: the pool's")
    long ttlSeconds;

    @Option(names = "--type", paramLabel = "TYPE", description = "${COMPLETION-CANDIDATES}")
    @Nullable
    Type type;

    @Option(names = "--mac", paramLabel = "MAC", description = "hardware address, recorded with the allocation")
    String mac = "";

    @Option(names = "--duid", paramLabel = "HEX", description = "DHCPv6 client id")
    String duid = "";

    @Option(names = "--iaid", paramLabel = "N", description = "DHCPv6 identity association")
    long iaid;

    @Option(names = "--gateway", paramLabel = "ID", description = "through which gateway, kept with the allocation")
    String gateway = "";

    @Option(names = "--circuit", paramLabel = "ID", description = "on which circuit, kept with the allocation")
    String circuit = "";

    @Option(
            names = "--offer",
            description = "only offer it: it ends by itself unless confirmed; --ttl is how long the offer stands")
    boolean offer;

    @Option(names = "--request-id", paramLabel = "ID", description = "name of this request, to repeat it safely")
    String requestId = "";

    @Override
    public Integer call() {
        AllocateRequest.Builder request = AllocateRequest.newBuilder()
                .setSubscriberId(subscriber)
                .setPoolId(pool)
                .setIp(ip)
                .setTtlSeconds(ttlSeconds)
                .setMac(mac)
                .setDuid(duid)
                .setIaid((int) iaid)
                .setRequestId(requestId)
                .setGatewayId(gateway)
                .setCircuitId(circuit);
        if (type != null) {
            request.setAllocType(AllocType.valueOf("ALLOC_TYPE_" + type.name().toUpperCase(Locale.ROOT)));
        }
        AllocateResponse response =
                server.call(client -> offer ? client.offer(request.build()) : client.allocate(request.build()));
        if (server.json()) {
            server.show(response);
        } else {
            server.show(Texts.allocations(List.of(response.getAllocation())));
            server.print((response.getCreated() ? given() : "held already") + ", token " + response.getToken());
        }
        return 0;
    }

    private String given() {
        return offer ? "offered" : "allocated";
    }
}
