package io.nexus.cli.command;

import io.nexus.api.v1.Consistency;
import io.nexus.api.v1.LookupByIPRequest;
import io.nexus.api.v1.LookupRequest;
import io.nexus.api.v1.LookupResponse;
import io.nexus.cli.ExitCode;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "lookup",
        description = {
            "Who has an address, or what a subscriber has. Any node answers, from its own store.",
            "What looks like an IP address is looked up by address, everything else by subscriber."
        })
final class LookupCommand implements Callable<Integer> {
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}(/\\d+)?");
    /** An IPv6 address has a double colon or eight groups; a MAC has six groups and neither. */
    private static final Pattern IPV6 =
            Pattern.compile("(?i)([0-9a-f:]*::[0-9a-f:.]*|([0-9a-f]{1,4}:){7}[0-9a-f]{1,4})(/\\d+)?");

    @Mixin
    ServerOptions server = new ServerOptions();

    @Parameters(paramLabel = "SUBSCRIBER|ADDRESS", description = "subscriber id, IPv4 or IPv6 address")
    String subject = "";

    @Option(
            names = {"-p", "--pool"},
            paramLabel = "POOL",
            description = "only in this pool (by subscriber)")
    String pool = "";

    @Option(names = "--space", paramLabel = "SPACE", description = "address space (by address). Default: default")
    String space = "";

    @Option(names = "--by-subscriber", description = "the argument is a subscriber id even if it looks like an address")
    boolean bySubscriber;

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            description = "see at least this write: the token that it answered with")
    String token = "";

    @Option(
            names = "--max-staleness",
            paramLabel = "MS",
            description = "an answer at most this old; the owner is asked where this node's copy may be older")
    long maxStalenessMillis;

    @Option(names = "--owner", description = "the owner's answer, after it proved that it still is the owner")
    boolean owner;

    @Override
    public Integer call() {
        Consistency consistency = Consistency.newBuilder()
                .setToken(token)
                .setMaxStalenessMs(maxStalenessMillis)
                .setOwner(owner)
                .build();
        LookupResponse response = !bySubscriber && looksLikeAddress(subject)
                ? server.call(client -> client.lookupByIp(LookupByIPRequest.newBuilder()
                        .setIp(subject)
                        .setSpace(space)
                        .setConsistency(consistency)
                        .build()))
                : server.call(client -> client.lookupBySubscriber(LookupRequest.newBuilder()
                        .setSubscriberId(subject)
                        .setPoolId(pool)
                        .setConsistency(consistency)
                        .build()));
        if (server.json()) {
            server.show(response);
        } else if (response.getFound()) {
            server.show(Texts.allocations(response.getAllocationsList()));
            server.print(Texts.freshness(response));
        } else {
            server.print("not found: " + subject + " has no allocation, and every owner concerned agreed");
            server.print(Texts.freshness(response));
        }
        return response.getFound() ? ExitCode.OK.code() : ExitCode.NOT_FOUND.code();
    }

    static boolean looksLikeAddress(String text) {
        return IPV4.matcher(text).matches() || IPV6.matcher(text).matches();
    }
}
