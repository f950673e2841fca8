package io.nexus.cli.command;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.grpc.Status;
import io.nexus.api.client.NexusClientException;
import io.nexus.api.v1.DeleteRecordRequest;
import io.nexus.api.v1.GetRecordRequest;
import io.nexus.api.v1.ListRecordsRequest;
import io.nexus.api.v1.RecordVersion;
import io.nexus.cli.output.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What can be done with a record, whatever its kind. */
final class RecordVerbs {
    private static final int ATTEMPTS = 5;

    private RecordVerbs() {}

    abstract static class Verb<R extends Message> implements Callable<Integer> {
        @Mixin
        ServerOptions server = new ServerOptions();

        abstract RecordType<R> type();

        final void show(Message record) {
            if (server.json()) {
                server.show(record);
            } else {
                server.show(table(type().word(), record));
            }
        }
    }

    abstract static class Get<R extends Message> extends Verb<R> {
        @Parameters(paramLabel = "ID")
        String id = "";

        @Override
        public Integer call() {
            GetRecordRequest request = GetRecordRequest.newBuilder().setId(id).build();
            show(server.call(client -> client.ask(type().get(), request)));
            return 0;
        }
    }

    /** Changes the fields that are given and keeps the others. */
    abstract static class SetFields<R extends Message> extends Verb<R> {
        @Parameters(paramLabel = "ID")
        String id = "";

        @Option(names = "--replace", description = "empty every field that is not given, instead of keeping it")
        boolean replace;

        @Option(
                names = "--if-match",
                paramLabel = "VERSION",
                description = "only if the record has this version; get shows it")
        String ifMatch = "";

        @Option(names = "--meta", paramLabel = "KEY=VALUE", description = "free text kept with it; repeatable")
        Map<String, String> metadata = new LinkedHashMap<>();

        static void put(Map<String, Object> given, String field, @Nullable Object value) {
            if (value != null) {
                given.put(field, value);
            }
        }

        /** Fields that were given, by name. */
        abstract Map<String, Object> given();

        @Override
        public Integer call() {
            for (int attempt = 1; ; attempt++) {
                try {
                    show(put());
                    return 0;
                } catch (NexusClientException e) {
                    // Somebody else changed it since it was read; unless the caller insists, it is read again.
                    boolean again = e.code() == Status.Code.ABORTED && ifMatch.isEmpty() && !replace;
                    if (!again || attempt == ATTEMPTS) {
                        throw e;
                    }
                }
            }
        }

        private R put() {
            R before = replace ? type().blank() : current();
            String known = version(before).getVersion();
            R record = filled(before);
            String wanted = ifMatch.isEmpty() ? known : ifMatch;
            return server.call(client -> type().put().send(client, record, wanted));
        }

        private R current() {
            try {
                GetRecordRequest request =
                        GetRecordRequest.newBuilder().setId(id).build();
                return server.call(client -> client.ask(type().get(), request));
            } catch (NexusClientException e) {
                if (e.code() != Status.Code.NOT_FOUND) {
                    throw e;
                }
                return type().blank();
            }
        }

        @SuppressWarnings("unchecked") // the builder of a message builds that message
        private R filled(R before) {
            Message.Builder builder = before.toBuilder();
            builder.setField(field(before, "id"), id);
            given().forEach((name, value) -> {
                if (value instanceof Map<?, ?> map) {
                    map.forEach((key, text) -> putEntry(builder, name, (String) key, (String) text));
                } else {
                    builder.setField(field(before, name), value);
                }
            });
            metadata.forEach((key, value) -> putEntry(builder, "metadata", key, value));
            return (R) builder.build();
        }
    }

    abstract static class Delete<R extends Message> extends Verb<R> {
        @Parameters(paramLabel = "ID")
        String id = "";

        @Option(
                names = "--if-match",
                paramLabel = "VERSION",
                description = "only if the record has this version; get shows it")
        String ifMatch = "";

        @Override
        public Integer call() {
            DeleteRecordRequest request = DeleteRecordRequest.newBuilder()
                    .setId(id)
                    .setIfMatch(ifMatch)
                    .build();
            var response = server.call(client -> client.ask(type().delete(), request));
            if (server.json()) {
                server.show(response);
            } else {
                server.print("deleted " + type().word() + " " + id);
            }
            return 0;
        }
    }

    abstract static class ListAll<R extends Message> extends Verb<R> {
        @Option(names = "--prefix", paramLabel = "TEXT", description = "only ids that begin so")
        String prefix = "";

        @Option(names = "--after", paramLabel = "ID", description = "only ids after this one: the next page")
        String after = "";

        @Option(
                names = "--limit",
                paramLabel = "N",
                defaultValue = "100",
                description = "at most so many, up to 1000. Default: ${DEFAULT-VALUE}")
        int limit;

        @Override
        public Integer call() {
            ListRecordsRequest request = ListRecordsRequest.newBuilder()
                    .setPrefix(prefix)
                    .setAfter(after)
                    .setLimit(limit)
                    .build();
            Message answer = server.call(client -> client.ask(type().list(), request));
            List<? extends Message> items = RecordType.items(answer);
            if (server.json()) {
                server.show(answer);
            } else if (items.isEmpty()) {
                server.print("none; write one: nexus " + type().word() + " set ID");
            } else {
                server.show(table(items));
                if (Boolean.TRUE.equals(answer.getField(field(answer, "more")))) {
                    server.print("more: --after " + text(items.get(items.size() - 1), "id"));
                }
            }
            return 0;
        }

        private Table table(List<? extends Message> items) {
            List<String> columns = new ArrayList<>(List.of("id"));
            columns.addAll(type().columns());
            columns.add("updated");
            Table table = new Table(columns.stream()
                    .map(column -> column.toUpperCase(Locale.ROOT).replace('_', ' '))
                    .toArray(String[]::new));
            for (Message item : items) {
                List<Object> cells = new ArrayList<>(List.of(text(item, "id")));
                type().columns().forEach(column -> cells.add(text(item, column)));
                cells.add(updated(version(item)));
                table.row(cells.toArray());
            }
            return table;
        }
    }

    private static Table table(String word, Message record) {
        Table table = new Table(word.toUpperCase(Locale.ROOT), text(record, "id"));
        for (FieldDescriptor field : record.getDescriptorForType().getFields()) {
            String name = field.getName().replace('_', ' ');
            if (field.isMapField()) {
                entries(record, field).forEach((key, value) -> table.row(name + " " + key, value));
            } else if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE
                    && !field.getName().equals("id")
                    && !record.getField(field).equals(field.getDefaultValue())) {
                boolean time = field.getName().endsWith("_at");
                table.row(name, time ? Texts.time((Long) record.getField(field)) : record.getField(field));
            }
        }
        RecordVersion version = version(record);
        return table.row("updated", updated(version))
                .row("by node", version.getNodeId())
                .row("version", version.getVersion());
    }

    static String updated(RecordVersion version) {
        return Instant.ofEpochMilli(version.getUpdatedAtMs()).toString();
    }

    private static RecordVersion version(Message record) {
        return (RecordVersion) record.getField(field(record, "version"));
    }

    private static String text(Message record, String name) {
        String text = String.valueOf(record.getField(field(record, name)));
        return text.isEmpty() ? "-" : text;
    }

    private static FieldDescriptor field(Message record, String name) {
        return java.util.Objects.requireNonNull(record.getDescriptorForType().findFieldByName(name), name);
    }

    private static Map<String, String> entries(Message record, FieldDescriptor field) {
        Map<String, String> entries = new java.util.TreeMap<>();
        for (Object entry : (List<?>) record.getField(field)) {
            Message pair = (Message) entry;
            entries.put(
                    String.valueOf(pair.getField(field(pair, "key"))),
                    String.valueOf(pair.getField(field(pair, "value"))));
        }
        return entries;
    }

    /** An empty value takes the entry away. */
    private static void putEntry(Message.Builder builder, String name, String key, String value) {
        FieldDescriptor map =
                java.util.Objects.requireNonNull(builder.getDescriptorForType().findFieldByName(name), name);
        Map<String, String> entries = entries(builder.build(), map);
        entries.remove(key);
        if (!value.isEmpty()) {
            entries.put(key, value);
        }
        builder.clearField(map);
        entries.forEach((entryKey, entryValue) -> {
            Message.Builder entry = builder.newBuilderForField(map);
            entry.setField(entry.getDescriptorForType().findFieldByName("key"), entryKey);
            entry.setField(entry.getDescriptorForType().findFieldByName("value"), entryValue);
            builder.addRepeatedField(map, entry.build());
        });
    }
}
