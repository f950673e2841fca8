package io.nexus.cli.command;

import io.nexus.api.v1.SubscriberConfig;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "subscriber",
        description = "Who subscribers are and what they have bought.",
        subcommands = {
            SubscriberCommand.Get.class,
            SubscriberCommand.SetFields.class,
            SubscriberCommand.Delete.class,
            SubscriberCommand.ListAll.class
        })
final class SubscriberCommand {

    @Command(name = "get", description = "Show one.")
    static final class Get extends RecordVerbs.Get<SubscriberConfig> {
        @Override
        RecordType<SubscriberConfig> type() {
            return RecordType.SUBSCRIBER;
        }
    }

    @Command(name = "set", description = "Change the fields that are given, or make it; empty text clears a field.")
    static final class SetFields extends RecordVerbs.SetFields<SubscriberConfig> {
        @Option(names = "--name", paramLabel = "TEXT", description = "name of the subscriber")
        @Nullable
        String name;

        @Option(names = "--contact", paramLabel = "REF", description = "reference into the system that knows persons")
        @Nullable
        String contact;

        @Option(names = "--plan", paramLabel = "PLAN", description = "service plan")
        @Nullable
        String servicePlan;

        @Option(names = "--realm", paramLabel = "REALM", description = "RADIUS realm")
        @Nullable
        String realm;

        @Option(names = "--isp", paramLabel = "ISP", description = "internet provider")
        @Nullable
        String ispId;

        @Option(names = "--circuit-id", paramLabel = "TEXT", description = "Agent-Circuit-Id")
        @Nullable
        String circuitId;

        @Option(names = "--remote-id", paramLabel = "TEXT", description = "Agent-Remote-Id")
        @Nullable
        String remoteId;

        @Option(names = "--mac", paramLabel = "MAC", description = "aa:bb:cc:dd:ee:ff")
        @Nullable
        String mac;

        @Option(names = "--status", paramLabel = "TEXT", description = "for example active, suspended")
        @Nullable
        String status;

        @Option(
                names = "--option",
                paramLabel = "KEY=VALUE",
                description = "handed to the subscriber as it is; repeatable")
        Map<String, String> options = new LinkedHashMap<>();

        @Override
        RecordType<SubscriberConfig> type() {
            return RecordType.SUBSCRIBER;
        }

        @Override
        Map<String, Object> given() {
            Map<String, Object> given = new HashMap<>();
            put(given, "name", name);
            put(given, "contact", contact);
            put(given, "service_plan", servicePlan);
            put(given, "realm", realm);
            put(given, "isp_id", ispId);
            put(given, "circuit_id", circuitId);
            put(given, "remote_id", remoteId);
            put(given, "mac", mac);
            put(given, "status", status);
            put(given, "options", options.isEmpty() ? null : options);
            return given;
        }
    }

    @Command(name = "delete", description = "Delete one.")
    static final class Delete extends RecordVerbs.Delete<SubscriberConfig> {
        @Override
        RecordType<SubscriberConfig> type() {
            return RecordType.SUBSCRIBER;
        }
    }

    @Command(name = "list", description = "All, in the order of their ids.")
    static final class ListAll extends RecordVerbs.ListAll<SubscriberConfig> {
        @Override
        RecordType<SubscriberConfig> type() {
            return RecordType.SUBSCRIBER;
        }
    }
}
