package io.nexus.cli.command;

import io.nexus.api.v1.CreatePoolRequest;
import io.nexus.api.v1.ListPoolsResponse;
import io.nexus.api.v1.Pool;
import io.nexus.api.v1.PoolSpec;
import io.nexus.cli.output.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "pool",
        description = "Create, list, show, change and delete pools.",
        subcommands = {
            PoolCommand.Create.class,
            PoolCommand.ListAll.class,
            PoolCommand.Show.class,
            PoolUpdateCommand.class,
            PoolCommand.Delete.class
        })
final class PoolCommand {

    @Command(name = "create", description = "Create a pool. Repeating it with the same settings changes nothing.")
    static final class Create implements Callable<Integer> {
        @Mixin
        ServerOptions server = new ServerOptions();

        @Parameters(paramLabel = "POOL", description = "id of the new pool")
        String id = "";

        @Option(names = "--cidr", required = true, paramLabel = "CIDR", description = "all of it: 100.64.0.0/16")
        String cidr = "";

        @Option(names = "--prefix-length", paramLabel = "N", description = "length handed out; required for IPv6")
        int prefixLength;

        @Option(names = "--gateway", paramLabel = "ADDRESS", description = "address that is never handed out")
        String gateway = "";

        @Option(
                names = "--exclude",
                split = ",",
                paramLabel = "RANGE",
                description = "addresses that are never handed out: CIDR, address or first-last; repeatable")
        List<String> exclusions = List.of();

        @Option(names = "--dns", split = ",", paramLabel = "ADDRESS", description = "name servers; repeatable")
        List<String> dns = List.of();

        @Option(names = "--space", paramLabel = "SPACE", description = "address space (VRF). Default: default")
        String space = "";

        @Option(names = "--ttl", paramLabel = "SECONDS", description = "default lease time; 0: permanent")
        long ttlSeconds;

        @Option(names = "--meta", paramLabel = "KEY=VALUE", description = "free text kept with the pool; repeatable")
        Map<String, String> metadata = new LinkedHashMap<>();

        @Mixin
        PoolTermsOptions terms = new PoolTermsOptions();

        @Override
        public Integer call() {
            PoolSpec spec = terms.putTo(PoolSpec.newBuilder())
                    .setId(id)
                    .setCidr(cidr)
                    .setPrefixLength(prefixLength)
                    .setGateway(gateway)
                    .addAllExclusions(exclusions)
                    .addAllDns(dns)
                    .setSpace(space)
                    .setDefaultTtlSeconds(ttlSeconds)
                    .putAllMetadata(metadata)
                    .build();
            CreatePoolRequest request =
                    CreatePoolRequest.newBuilder().setSpec(spec).build();
            show(server, server.call(client -> client.createPool(request)));
            return 0;
        }
    }

    @Command(name = "list", description = "All pools with their use.")
    static final class ListAll implements Callable<Integer> {
        @Mixin
        ServerOptions server = new ServerOptions();

        @Option(names = "--space", paramLabel = "SPACE", description = "only of this address space")
        String space = "";

        @Override
        public Integer call() {
            ListPoolsResponse response = server.call(client -> client.listPools(space));
            if (server.json()) {
                server.show(response);
            } else if (response.getPoolsCount() == 0) {
                server.print("no pools yet; create one: nexus pool create v4 --cidr 100.64.0.0/16");
            } else {
                server.show(table(response.getPoolsList()));
            }
            return 0;
        }
    }

    @Command(name = "show", description = "One pool with its settings and use.")
    static final class Show implements Callable<Integer> {
        @Mixin
        ServerOptions server = new ServerOptions();

        @Parameters(paramLabel = "POOL", description = "pool id")
        String id = "";

        @Override
        public Integer call() {
            show(server, server.call(client -> client.getPool(id)));
            return 0;
        }
    }

    @Command(name = "delete", description = "Delete a pool that has no allocations.")
    static final class Delete implements Callable<Integer> {
        @Mixin
        ServerOptions server = new ServerOptions();

        @Parameters(paramLabel = "POOL", description = "pool id")
        String id = "";

        @Override
        public Integer call() {
            var response = server.call(client -> client.deletePool(id));
            if (server.json()) {
                server.show(response);
            } else {
                server.print("deleted " + id);
            }
            return 0;
        }
    }

    static void show(ServerOptions server, Pool pool) {
        if (server.json()) {
            server.show(pool);
            return;
        }
        PoolSpec spec = pool.getSpec();
        Table table = new Table("POOL", spec.getId())
                .row("cidr", spec.getCidr())
                .row("hands out", "/" + spec.getPrefixLength())
                .row("space", spec.getSpace())
                .row("gateway", spec.getGateway().isEmpty() ? "-" : spec.getGateway())
                .row("excluded", spec.getExclusionsCount() == 0 ? "-" : String.join(", ", spec.getExclusionsList()))
                .row("dns", spec.getDnsCount() == 0 ? "-" : String.join(", ", spec.getDnsList()))
                .row("lease", spec.getDefaultTtlSeconds() == 0 ? "permanent" : spec.getDefaultTtlSeconds() + " s")
                .row("at rest", pool.getResting() + ": held, in quarantine or declined")
                .row("state", pool.getState().toLowerCase(Locale.ROOT))
                .row("segment", "segment " + pool.getSegment() + ", instance " + pool.getInstance())
                .row("owner", pool.getOwner().isEmpty() ? "unknown" : pool.getOwner())
                .row("use", use(pool));
        PoolTermsOptions.show(spec, table);
        spec.getMetadataMap().forEach((key, value) -> table.row("meta " + key, value));
        server.show(table);
    }

    private static Table table(List<Pool> pools) {
        Table table = new Table("POOL", "SPACE", "CIDR", "GIVES", "ALLOCATED", "SIZE", "USE", "SEGMENT", "STATE");
        for (Pool pool : pools) {
            table.row(
                    pool.getSpec().getId(),
                    pool.getSpec().getSpace(),
                    pool.getSpec().getCidr(),
                    "/" + pool.getSpec().getPrefixLength(),
                    pool.getAllocated(),
                    pool.getSize(),
                    String.format(Locale.ROOT, "%.1f %%", pool.getUtilization() * 100),
                    pool.getSegment(),
                    pool.getState().toLowerCase(Locale.ROOT));
        }
        return table;
    }

    private static String use(Pool pool) {
        return String.format(
                Locale.ROOT, "%d of %d (%.2f %%)", pool.getAllocated(), pool.getSize(), pool.getUtilization() * 100);
    }
}
