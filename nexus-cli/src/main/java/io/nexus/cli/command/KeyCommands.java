package io.nexus.cli.command;

import io.nexus.api.v1.GetKeyRequest;
import io.nexus.api.v1.GetKeyResponse;
import io.nexus.api.v1.KeyEntry;
import io.nexus.api.v1.ListKeysRequest;
import io.nexus.api.v1.ListKeysResponse;
import io.nexus.cli.ExitCode;
import io.nexus.cli.output.ProtoJson;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands that read the key space of a node. */
final class KeyCommands {
    private static final int PAGE = 1_000;

    private KeyCommands() {}

    @Command(
            name = "get",
            description = {
                "One key of a node's store: /nexus/pools/homes/config.",
                "In an element of a path write / as %%2F and %% as %%25; colons stay. See also: nexus list"
            })
    static final class Get implements Callable<Integer> {
        @Mixin
        ServerOptions server = new ServerOptions();

        @Parameters(paramLabel = "KEY", description = "a key that nexus list shows without a slash at the end")
        String key = "";

        @Override
        public Integer call() {
            GetKeyResponse response = server.call(client ->
                    client.getKey(GetKeyRequest.newBuilder().setKey(key).build()));
            if (!response.getFound()) {
                server.print("not found: " + response.getAnsweredBy() + " has no " + response.getKey());
                return ExitCode.NOT_FOUND.code();
            }
            server.print(ProtoJson.pretty(response.getJson()));
            if (!server.json()) {
                server.print(Texts.freshness(response.getAnsweredBy(), response.getAsOfList()));
            }
            return ExitCode.OK.code();
        }
    }

    @Command(
            name = "list",
            description = {
                "What lies below a path of a node's store: /nexus/allocations/by-pool/homes.",
                "Without a path: where to begin. What ends with a slash has keys below it."
            })
    static final class ListKeys implements Callable<Integer> {
        @Mixin
        ServerOptions server = new ServerOptions();

        @Parameters(paramLabel = "PATH", arity = "0..1", description = "default: /nexus")
        String path = "";

        @Option(names = "--limit", paramLabel = "N", description = "at most so many. Default: ${DEFAULT-VALUE}")
        int limit = PAGE;

        @Override
        public Integer call() {
            List<KeyEntry> entries = new ArrayList<>();
            ListKeysResponse page = page("", limit);
            entries.addAll(page.getEntriesList());
            while (!page.getNextPageToken().isEmpty() && entries.size() < limit) {
                page = page(page.getNextPageToken(), limit - entries.size());
                entries.addAll(page.getEntriesList());
            }
            if (server.json()) {
                server.show(
                        page.toBuilder().clearEntries().addAllEntries(entries).build());
                return ExitCode.OK.code();
            }
            for (KeyEntry entry : entries) {
                server.print(
                        entry.getDirectory()
                                ? entry.getKey() + "/"
                                : (entry.getKey() + "  " + entry.getJson()).strip());
            }
            server.print((page.getNextPageToken().isEmpty() ? "" : "and more: --limit N; ")
                    + Texts.freshness(page.getAnsweredBy(), page.getAsOfList()));
            return ExitCode.OK.code();
        }

        private ListKeysResponse page(String token, int size) {
            return server.call(client -> client.listKeys(ListKeysRequest.newBuilder()
                    .setPrefix(path)
                    .setPageSize(Math.max(1, Math.min(PAGE, size)))
                    .setPageToken(token)
                    .build()));
        }
    }
}
