package io.nexus.cli.command;

import io.nexus.api.v1.AllocType;
import io.nexus.api.v1.ConfirmRequest;
import io.nexus.api.v1.RenewResponse;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "confirm", description = "Make an offer an allocation.")
final class ConfirmCommand implements Callable<Integer> {
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

    @Option(names = "--ip", paramLabel = "ADDRESS", description = "only if this is what was offered")
    String ip = "";

    @Option(names = "--ttl", paramLabel = "SECONDS", description = "lease time; default: the pool's")
    long ttlSeconds;

    @Option(names = "--type", paramLabel = "TYPE", description = "${COMPLETION-CANDIDATES}")
    AllocateCommand.@Nullable Type type;

    @Option(names = "--duid", paramLabel = "HEX", description = "DHCPv6 client id")
    String duid = "";

    @Option(names = "--iaid", paramLabel = "N", description = "DHCPv6 identity association")
    long iaid;

    @Option(names = "--request-id", paramLabel = "ID", description = "name of this request, to repeat it safely")
    String requestId = "";

    @Override
    public Integer call() {
        ConfirmRequest.Builder request = ConfirmRequest.newBuilder()
                .setSubscriberId(subscriber)
                .setPoolId(pool)
                .setIp(ip)
                .setTtlSeconds(ttlSeconds)
                .setDuid(duid)
                .setIaid((int) iaid)
                .setRequestId(requestId);
        if (type != null) {
            request.setAllocType(AllocType.valueOf("ALLOC_TYPE_" + type.name().toUpperCase(Locale.ROOT)));
        }
        RenewResponse response = server.call(client -> client.confirm(request.build()));
        if (server.json()) {
            server.show(response);
        } else {
            server.show(Texts.allocations(List.of(response.getAllocation())));
        }
        return 0;
    }
}
