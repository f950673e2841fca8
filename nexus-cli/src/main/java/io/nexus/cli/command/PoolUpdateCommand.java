package io.nexus.cli.command;

import io.nexus.api.v1.Pool;
import io.nexus.api.v1.PoolSpec;
import io.nexus.api.v1.UpdatePoolRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "update",
        description = {
            "Change a pool while it is in use: what is given here, and nothing else.",
            "Its CIDR may grow to one that contains it. Lists are replaced as a whole; '' empties them."
        })
final class PoolUpdateCommand implements Callable<Integer> {
    @Mixin
    ServerOptions server = new ServerOptions();

    @Parameters(paramLabel = "POOL", description = "pool id")
    String id = "";

    @Option(names = "--cidr", paramLabel = "CIDR", description = "grow to this one")
    @Nullable
    String cidr;

    @Option(names = "--gateway", paramLabel = "ADDRESS", description = "address that is never handed out")
    @Nullable
    String gateway;

    @Option(names = "--exclude", split = ",", paramLabel = "RANGE", description = "all that is never handed out")
    @Nullable
    List<String> exclusions;

    @Option(names = "--dns", split = ",", paramLabel = "ADDRESS", description = "all name servers")
    @Nullable
    List<String> dns;

    @Option(names = "--ttl", paramLabel = "SECONDS", description = "default lease time; 0: permanent")
    @Nullable
    Long ttlSeconds;

    @Option(names = "--meta", paramLabel = "KEY=VALUE", description = "all free texts kept with the pool")
    @Nullable
    Map<String, String> metadata;

    @Option(
            names = "--drain",
            negatable = true,
            description = "nobody gets anything new any more; who has something keeps it")
    @Nullable
    Boolean drain;

    @Mixin
    PoolTermsOptions terms = new PoolTermsOptions();

    @Override
    public Integer call() {
        List<String> fields = new ArrayList<>(terms.given());
        PoolSpec.Builder spec = terms.putTo(PoolSpec.newBuilder().setId(id));
        if (cidr != null) {
            spec.setCidr(cidr);
            fields.add("cidr");
        }
        if (gateway != null) {
            spec.setGateway(gateway);
            fields.add("gateway");
        }
        if (exclusions != null) {
            spec.addAllExclusions(present(exclusions));
            fields.add("exclusions");
        }
        if (dns != null) {
            spec.addAllDns(present(dns));
            fields.add("dns");
        }
        if (ttlSeconds != null) {
            spec.setDefaultTtlSeconds(ttlSeconds);
            fields.add("default_ttl_seconds");
        }
        if (metadata != null) {
            spec.putAllMetadata(metadata);
            fields.add("metadata");
        }
        if (drain != null) {
            spec.setDraining(drain);
            fields.add("draining");
        }
        UpdatePoolRequest request = UpdatePoolRequest.newBuilder()
                .setSpec(spec)
                .addAllFields(fields)
                .build();
        Pool pool = server.call(client -> client.updatePool(request));
        PoolCommand.show(server, pool);
        return 0;
    }

    private static List<String> present(List<String> values) {
        return values.stream().filter(value -> !value.isBlank()).toList();
    }
}
