package io.nexus.api.keyspace;

import com.fasterxml.jackson.databind.JsonNode;
import io.nexus.api.http.RecordJson;
import io.nexus.api.records.Records;
import io.nexus.api.service.RecordKind;
import io.nexus.api.service.RecordService;
import io.nexus.crdt.records.Revision;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** {@code /nexus/subscribers/{id}/config}, {@code .../session} and {@code /nexus/devices/{id}}, out of this node's records. */
public final class RecordSubtrees {
    private static final String CONFIG = "config";
    private static final String SESSION = "session";

    private RecordSubtrees() {}

    /** To be made once for the records of a node, before they change. */
    public static List<Subtree> of(Records records) {
        RecordChanges changes = new RecordChanges(UUID.randomUUID().toString());
        records.listen(changes);
        return List.of(new Subscribers(records, changes), new Devices(records, changes));
    }

    private static @Nullable JsonNode json(Records records, RecordKind kind, String id) {
        Revision found = records.get(kind.key(id));
        return found == null ? null : RecordJson.of(RecordService.view(found));
    }

    private static List<Revision> page(Records records, RecordKind kind, String after, int max) {
        return records.list(kind.key(""), after.isEmpty() ? "" : kind.key(after), max);
    }

    private static String id(RecordKind kind, Revision revision) {
        return Objects.requireNonNull(kind.id(revision.key()));
    }

    private record Subscribers(Records records, RecordChanges all) implements Subtree {
        @Override
        public String name() {
            return "subscribers";
        }

        @Override
        public Value get(List<String> path) {
            RecordKind kind = path.size() == 2 ? kind(path.get(1)) : null;
            return new Value(kind == null ? null : json(records, kind, path.get(0)), Set.of());
        }

        private static @Nullable RecordKind kind(String leaf) {
            return switch (leaf) {
                case CONFIG -> RecordKind.SUBSCRIBER;
                case SESSION -> RecordKind.SESSION;
                default -> null;
            };
        }

        @Override
        public Page list(List<String> path, String after, int max) {
            if (path.isEmpty()) {
                return ids(after, max);
            }
            List<Child> leaves = new ArrayList<>();
            for (String leaf : path.size() == 1 ? List.of(CONFIG, SESSION) : List.<String>of()) {
                JsonNode json = json(records, Objects.requireNonNull(kind(leaf)), path.get(0));
                if (json != null) {
                    leaves.add(Child.leaf(leaf, json));
                }
            }
            return new Page(leaves, null, Set.of());
        }

        private Page ids(String after, int max) {
            SortedSet<String> ids = new TreeSet<>();
            for (RecordKind kind : List.of(RecordKind.SUBSCRIBER, RecordKind.SESSION)) {
                page(records, kind, after, max + 1).forEach(revision -> ids.add(id(kind, revision)));
            }
            List<String> first = ids.stream().limit(max).toList();
            String next = ids.size() > max ? first.get(max - 1) : null;
            return new Page(first.stream().map(Child::directory).toList(), next, Set.of());
        }

        @Override
        public ChangeSource changes() {
            return all.of(key -> {
                String config = RecordKind.SUBSCRIBER.id(key);
                String session = RecordKind.SESSION.id(key);
                return config != null ? List.of(config, CONFIG) : session != null ? List.of(session, SESSION) : null;
            });
        }
    }

    private record Devices(Records records, RecordChanges all) implements Subtree {
        @Override
        public String name() {
            return "devices";
        }

        @Override
        public Value get(List<String> path) {
            return new Value(path.size() == 1 ? json(records, RecordKind.DEVICE, path.get(0)) : null, Set.of());
        }

        @Override
        public Page list(List<String> path, String after, int max) {
            if (!path.isEmpty()) {
                return new Page(List.of(), null, Set.of());
            }
            List<Revision> found = page(records, RecordKind.DEVICE, after, max + 1);
            List<Child> children = found.stream()
                    .limit(max)
                    .map(revision ->
                            Child.leaf(id(RecordKind.DEVICE, revision), RecordJson.of(RecordService.view(revision))))
                    .toList();
            String next = found.size() > max ? children.get(max - 1).name() : null;
            return new Page(children, next, Set.of());
        }

        @Override
        public ChangeSource changes() {
            return all.of(key -> {
                String id = RecordKind.DEVICE.id(key);
                return id == null ? null : List.of(id);
            });
        }
    }
}
