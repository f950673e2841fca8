package io.nexus.cli.command;

import io.nexus.api.v1.Device;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "device",
        description = "Devices that are provisioned, such as ONTs.",
        subcommands = {
            DeviceCommand.Get.class,
            DeviceCommand.SetFields.class,
            DeviceCommand.Delete.class,
            DeviceCommand.ListAll.class
        })
final class DeviceCommand {

    @Command(name = "get", description = "Show one.")
    static final class Get extends RecordVerbs.Get<Device> {
        @Override
        RecordType<Device> type() {
            return RecordType.DEVICE;
        }
    }

    @Command(name = "set", description = "Change the fields that are given, or make it; empty text clears a field.")
    static final class SetFields extends RecordVerbs.SetFields<Device> {
        @Option(names = "--serial", paramLabel = "TEXT", description = "serial number")
        @Nullable
        String serial;

        @Option(names = "--mac", paramLabel = "MAC", description = "aa:bb:cc:dd:ee:ff")
        @Nullable
        String mac;

        @Option(names = "--model", paramLabel = "TEXT", description = "model")
        @Nullable
        String model;

        @Option(names = "--site", paramLabel = "SITE", description = "where it is")
        @Nullable
        String site;

        @Option(names = "--firmware", paramLabel = "TEXT", description = "firmware version")
        @Nullable
        String firmware;

        @Option(names = "--state", paramLabel = "TEXT", description = "for example pending, provisioned")
        @Nullable
        String state;

        @Option(names = "--subscriber", paramLabel = "SUBSCRIBER", description = "whose it is")
        @Nullable
        String subscriberId;

        @Override
        RecordType<Device> type() {
            return RecordType.DEVICE;
        }

        @Override
        Map<String, Object> given() {
            Map<String, Object> given = new HashMap<>();
            put(given, "serial", serial);
            put(given, "mac", mac);
            put(given, "model", model);
            put(given, "site", site);
            put(given, "firmware", firmware);
            put(given, "state", state);
            put(given, "subscriber_id", subscriberId);
            return given;
        }
    }

    @Command(name = "delete", description = "Delete one.")
    static final class Delete extends RecordVerbs.Delete<Device> {
        @Override
        RecordType<Device> type() {
            return RecordType.DEVICE;
        }
    }

    @Command(name = "list", description = "All, in the order of their ids.")
    static final class ListAll extends RecordVerbs.ListAll<Device> {
        @Override
        RecordType<Device> type() {
            return RecordType.DEVICE;
        }
    }
}
