package io.nexus.cli.command;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.nexus.api.v1.Change;
import io.nexus.api.v1.KeyValue;
import io.nexus.api.v1.Resync;
import io.nexus.api.v1.WatchRequest;
import io.nexus.api.v1.WatchResponse;
import io.nexus.api.v1.WatchServiceGrpc;
import io.nexus.cli.CommandFailure;
import io.nexus.cli.ExitCode;
import io.nexus.cli.output.ProtoJson;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "watch",
        description = {
            "Tells of allocations and pools as they change, from any node; goes on at the next one when a node stops.",
            "Without a filter: all allocations and pools (records by --prefix). Ends when it is interrupted, or after --count"
                    + " lines."
        })
final class WatchCommand implements Callable<Integer> {
    private static final int MESSAGE_BYTES_MAX = 16 << 20;
    private static final long PAUSE_NANOS = 1_000_000_000L;

    @Mixin
    ServerOptions server = new ServerOptions();

    @Option(
            names = {"-p", "--pool"},
            split = ",",
            paramLabel = "POOL",
            description = "its allocations and configuration; repeatable")
    List<String> pools = List.of();

    @Option(names = "--subscriber", split = ",", paramLabel = "ID", description = "its allocations; repeatable")
    List<String> subscribers = List.of();

    @Option(names = "--prefix", split = ",", paramLabel = "PATH", description = "a path of the key space; repeatable")
    List<String> prefixes = List.of();

    @Option(names = "--since", paramLabel = "TOKEN", description = "go on after this, instead of with what there is")
    String since = "";

    @Option(names = "--changes-only", description = "not what there is now")
    boolean changesOnly;

    @Option(names = "--count", paramLabel = "N", description = "end after so many lines. Default: never")
    long count = Long.MAX_VALUE;

    private String token = "";
    private long printed;
    private int failures;

    @Override
    public Integer call() {
        token = since;
        int node = 0;
        while (printed < count) {
            String address = server.servers.get(node++ % server.servers.size());
            ManagedChannel channel = ManagedChannelBuilder.forTarget("dns:///" + address)
                    .usePlaintext()
                    .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                    .build();
            try {
                follow(channel);
            } catch (StatusRuntimeException e) {
                pauseOrFail(e);
            } finally {
                channel.shutdownNow();
            }
        }
        return ExitCode.OK.code();
    }

    private void follow(ManagedChannel channel) {
        WatchRequest request = WatchRequest.newBuilder()
                .addAllPools(pools)
                .addAllSubscribers(subscribers)
                .addAllPrefixes(prefixes)
                .setResumeToken(token)
                .setSnapshot(!changesOnly)
                .build();
        Iterator<WatchResponse> events =
                WatchServiceGrpc.newBlockingStub(channel).watch(request);
        while (printed < count && events.hasNext()) {
            WatchResponse event = events.next();
            failures = 0;
            token = event.getResumeToken().isEmpty() ? token : event.getResumeToken();
            if (event.hasResync()) {
                resync(event.getResync());
            }
            print(event);
        }
    }

    /** A token that this node has not reached is good at another one. */
    private void resync(Resync resync) {
        if (resync.getReason() != Resync.Reason.NODE_BEHIND) {
            token = "";
        }
    }

    private void pauseOrFail(StatusRuntimeException failure) {
        Status status = failure.getStatus();
        failures++;
        boolean passes = status.getCode() == Status.Code.UNAVAILABLE;
        if (!passes || failures > 2 * server.servers.size() + server.timeoutSeconds) {
            ExitCode code = status.getCode() == Status.Code.INVALID_ARGUMENT
                    ? ExitCode.USAGE
                    : passes ? ExitCode.UNAVAILABLE : ExitCode.FAILED;
            String said = status.getDescription();
            throw new CommandFailure(
                    code,
                    (said == null ? status.getCode().name() : said)
                            + (token.isEmpty() ? "" : "; go on with --since " + token));
        }
        if (failures % server.servers.size() == 0) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void print(WatchResponse event) {
        if (server.json()) {
            if (!event.hasProgress() || count == Long.MAX_VALUE) {
                line(ProtoJson.line(event));
            }
            return;
        }
        event.getSnapshot().getEntriesList().forEach(entry -> line("HAVE    " + text(entry)));
        for (Change change : event.getChanges().getChangesList()) {
            line(text(change));
        }
        if (event.hasSnapshotEnd()) {
            line("LIVE    what follows is as it happens");
        } else if (event.hasResync()) {
            line("RESYNC  " + event.getResync().getReason() + ": "
                    + event.getResync().getMessage());
        }
    }

    private void line(String text) {
        if (printed < count) {
            printed++;
            server.print(text);
        }
    }

    private static String text(Change change) {
        if (change.getType() == Change.Type.DELETE) {
            return "DELETE  " + change.getEntry().getKey() + was(change);
        }
        return "PUT     " + text(change.getEntry()) + was(change);
    }

    private static String was(Change change) {
        return change.getPrevious().hasAllocation()
                ? "  was " + change.getPrevious().getAllocation().getSubscriberId()
                : "";
    }

    private static String text(KeyValue entry) {
        return switch (entry.getValueCase()) {
            case ALLOCATION ->
                entry.getKey() + "  " + entry.getAllocation().getSubscriberId() + "  "
                        + Texts.type(entry.getAllocation())
                        + (entry.getAllocation().getExpiresAt() == 0
                                ? ""
                                : " until " + Texts.time(entry.getAllocation().getExpiresAt()));
            case POOL -> entry.getKey() + "  " + entry.getPool().getSpec().getCidr();
            case JSON -> entry.getKey() + "  " + entry.getJson();
            case VALUE_NOT_SET -> entry.getKey();
        };
    }
}
