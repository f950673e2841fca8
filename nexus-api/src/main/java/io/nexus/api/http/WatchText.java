package io.nexus.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nexus.api.error.Problem;
import io.nexus.api.watch.WatchChange;
import io.nexus.api.watch.WatchEvent;
import io.nexus.api.watch.Watched;
import java.util.List;

/**
 * Watch events as server-sent events (WHATWG HTML, section 9.2): {@code entry}, {@code snapshot-end}, {@code put},
 * {@code delete}, {@code resync} and {@code end}, with the token as id. Signs of life are comments. Pure.
 */
final class WatchText {
    private WatchText() {}

    static String of(WatchEvent event, String token) {
        StringBuilder out = new StringBuilder(256);
        if (event instanceof WatchEvent.Snapshot snapshot) {
            snapshot.entries().forEach(entry -> event(out, "entry", entry(entry)));
        } else if (event instanceof WatchEvent.SnapshotEnd) {
            id(out, token);
            event(out, "snapshot-end", JsonNodeFactory.instance.objectNode());
        } else if (event instanceof WatchEvent.Changes changes) {
            changes(out, changes.changes(), token);
        } else if (event instanceof WatchEvent.Progress progress) {
            out.append(": staleness_ms=").append(progress.stalenessMillis()).append('\n');
            id(out, token); // an id without data is remembered and not dispatched
            out.append('\n');
        } else if (event instanceof WatchEvent.Resync resync) {
            out.append("id\n"); // whoever comes back before the snapshot's end must begin anew
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.put("reason", resync.cause().name()).put("message", resync.message());
            event(out, "resync", json.put("snapshot_follows", resync.snapshotFollows()));
        }
        return out.toString();
    }

    static String end(Problem why) {
        StringBuilder out = new StringBuilder();
        event(
                out,
                "end",
                JsonNodeFactory.instance
                        .objectNode()
                        .put("reason", why.reason().name())
                        .put("message", why.message()));
        return out.toString();
    }

    /** Only the last of a batch has the token: nobody goes on from the middle of one. */
    private static void changes(StringBuilder out, List<WatchChange> changes, String token) {
        for (int i = 0; i < changes.size(); i++) {
            WatchChange change = changes.get(i);
            if (i == changes.size() - 1) {
                id(out, token);
            }
            Watched now = change.now();
            Watched before = change.before();
            ObjectNode json = keyed(change.key(), change.instance());
            if (now != null) {
                json.set("value", value(now));
            }
            if (before != null) {
                json.set("previous", value(before));
            }
            event(out, now != null ? "put" : "delete", json);
        }
    }

    private static ObjectNode entry(Watched value) {
        ObjectNode json = keyed(value.key(), value.instance());
        json.set("value", value(value));
        return json;
    }

    private static ObjectNode keyed(String key, int instance) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("key", key);
        return instance == 0 ? json : json.put("instance", instance);
    }

    private static JsonNode value(Watched value) {
        if (value instanceof Watched.Held held) {
            return ApiV1Json.allocation(held.holding());
        } else if (value instanceof Watched.Configured configured) {
            return ApiV1Json.pool(configured.pool());
        }
        return ((Watched.Plain) value).json();
    }

    private static void id(StringBuilder out, String token) {
        if (!token.isEmpty()) {
            out.append("id: ").append(token).append('\n');
        }
    }

    private static void event(StringBuilder out, String name, JsonNode json) {
        out.append("event: ").append(name).append("\ndata: ").append(json).append("\n\n");
    }
}
