package io.nexus.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nexus.api.error.Problem;
import io.nexus.api.grpc.ProtoMapper;
import io.nexus.api.keyspace.Keyspace;
import io.nexus.api.service.Lookups.AsOf;
import java.util.List;

/** {@code GET /api/v1/keys}: one key, or what lies below a path. */
final class KeyRoutes {
    private final Keyspace keyspace;

    KeyRoutes(Keyspace keyspace) {
        this.keyspace = keyspace;
    }

    void register(Routes routes) {
        routes.get("/api/v1/keys", this::keys);
    }

    private void keys(Exchange exchange) {
        String key = exchange.query("key");
        String prefix = exchange.query("prefix");
        if (key != null && prefix != null) {
            throw Problem.field("prefix", "give either key or prefix").exception();
        }
        if (key != null) {
            exchange.answer(keyspace.get(key), found -> found(exchange, found));
        } else {
            String token = exchange.query("page_token");
            exchange.answer(
                    keyspace.list(prefix == null ? "" : prefix, size(exchange), token == null ? "" : token),
                    listing -> exchange.json(200, listing(listing)));
        }
    }

    private static int size(Exchange exchange) {
        String size = exchange.query("page_size");
        if (size != null && !size.matches("[0-9]{1,9}")) {
            throw Problem.field("page_size", "must be a whole number").exception();
        }
        return size == null ? 0 : Integer.parseInt(size);
    }

    /** Not found is this node's word alone, so it comes with the age of its copy. */
    private static void found(Exchange exchange, Keyspace.Found found) {
        JsonNode value = found.json();
        ObjectNode json =
                JsonNodeFactory.instance.objectNode().put("key", found.key()).put("found", value != null);
        if (value != null) {
            json.set("value", value);
        }
        exchange.json(value == null ? 404 : 200, freshness(json, found.asOf(), found.answeredBy()));
    }

    private static ObjectNode listing(Keyspace.Listing listing) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode entries = json.putArray("entries");
        for (Keyspace.Entry entry : listing.entries()) {
            ObjectNode row = entries.addObject().put("key", entry.key()).put("directory", entry.directory());
            if (entry.json() != null) {
                row.set("value", entry.json());
            }
        }
        if (!listing.next().isEmpty()) {
            json.put("next_page_token", listing.next());
        }
        return freshness(json, listing.asOf(), listing.answeredBy());
    }

    private static ObjectNode freshness(ObjectNode json, List<AsOf> asOf, String answeredBy) {
        ArrayNode rows = json.putArray("as_of");
        asOf.forEach(row -> rows.add(ProtoJson.of(ProtoMapper.asOf(row))));
        return json.put("answered_by", answeredBy);
    }
}
