package io.nexus.cli.command;

import io.nexus.api.v1.SubscriberSession;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "session",
        description = "Sessions that gateways have with subscribers, by subscriber.",
        subcommands = {
            SessionCommand.Get.class,
            SessionCommand.SetFields.class,
            SessionCommand.Delete.class,
            SessionCommand.ListAll.class
        })
final class SessionCommand {

    @Command(name = "get", description = "Show one.")
    static final class Get extends RecordVerbs.Get<SubscriberSession> {
        @Override
        RecordType<SubscriberSession> type() {
            return RecordType.SESSION;
        }
    }

    @Command(name = "set", description = "Change the fields that are given, or make it; empty text clears a field.")
    static final class SetFields extends RecordVerbs.SetFields<SubscriberSession> {
        @Option(names = "--session-id", paramLabel = "TEXT", description = "Acct-Session-Id")
        @Nullable
        String sessionId;

        @Option(names = "--bng", paramLabel = "BNG", description = "gateway, NAS-Identifier")
        @Nullable
        String bngId;

        @Option(names = "--nas-port", paramLabel = "TEXT", description = "port at the gateway")
        @Nullable
        String nasPort;

        @Option(names = "--circuit-id", paramLabel = "TEXT", description = "Agent-Circuit-Id")
        @Nullable
        String circuitId;

        @Option(names = "--mac", paramLabel = "MAC", description = "aa:bb:cc:dd:ee:ff")
        @Nullable
        String mac;

        @Option(names = "--ip", paramLabel = "ADDRESS", description = "address in use")
        @Nullable
        String ip;

        @Option(names = "--state", paramLabel = "TEXT", description = "for example active, stopped")
        @Nullable
        String state;

        @Option(names = "--started-at", paramLabel = "UNIX-SECONDS", description = "when it began")
        @Nullable
        Long startedAt;

        @Option(names = "--last-seen-at", paramLabel = "UNIX-SECONDS", description = "when it was heard of last")
        @Nullable
        Long lastSeenAt;

        @Option(names = "--input-octets", paramLabel = "N", description = "octets from the subscriber")
        @Nullable
        Long inputOctets;

        @Option(names = "--output-octets", paramLabel = "N", description = "octets to the subscriber")
        @Nullable
        Long outputOctets;

        @Override
        RecordType<SubscriberSession> type() {
            return RecordType.SESSION;
        }

        @Override
        Map<String, Object> given() {
            Map<String, Object> given = new HashMap<>();
            put(given, "session_id", sessionId);
            put(given, "bng_id", bngId);
            put(given, "nas_port", nasPort);
            put(given, "circuit_id", circuitId);
            put(given, "mac", mac);
            put(given, "ip", ip);
            put(given, "state", state);
            put(given, "started_at", startedAt);
            put(given, "last_seen_at", lastSeenAt);
            put(given, "input_octets", inputOctets);
            put(given, "output_octets", outputOctets);
            return given;
        }
    }

    @Command(name = "delete", description = "Delete one.")
    static final class Delete extends RecordVerbs.Delete<SubscriberSession> {
        @Override
        RecordType<SubscriberSession> type() {
            return RecordType.SESSION;
        }
    }

    @Command(name = "list", description = "All, in the order of their ids.")
    static final class ListAll extends RecordVerbs.ListAll<SubscriberSession> {
        @Override
        RecordType<SubscriberSession> type() {
            return RecordType.SESSION;
        }
    }
}
