package io.nexus.api.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nexus.api.error.Problem;
import io.nexus.api.grpc.RecordMapper;
import io.nexus.api.service.RecordField;
import io.nexus.api.service.RecordKind;
import io.nexus.api.service.RecordService;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Subscriber configurations, sessions and devices. Answered by the node that is asked, whatever the others do. The
 * version is in the body and in the header ETag; If-Match makes a write depend on it.
 */
final class RecordRoutes {
    private final RecordService records;

    RecordRoutes(RecordService records) {
        this.records = records;
    }

    void register(Routes routes) {
        record(routes, "/api/v1/subscribers/{id}", RecordKind.SUBSCRIBER);
        record(routes, "/api/v1/subscribers/{id}/session", RecordKind.SESSION);
        record(routes, "/api/v1/devices/{id}", RecordKind.DEVICE);
        routes.get("/api/v1/subscribers", exchange -> list(exchange, RecordKind.SUBSCRIBER, "subscribers"));
        routes.get("/api/v1/sessions", exchange -> list(exchange, RecordKind.SESSION, "sessions"));
        routes.get("/api/v1/devices", exchange -> list(exchange, RecordKind.DEVICE, "devices"));
        routes.get("/api/v1/conflicts", this::conflicts);
    }

    private void record(Routes routes, String path, RecordKind kind) {
        routes.get(path, exchange -> get(exchange, kind));
        routes.put(path, exchange -> put(exchange, kind));
        routes.delete(path, exchange -> delete(exchange, kind));
    }

    private void get(Exchange exchange, RecordKind kind) {
        exchange.answer(records.get(kind, exchange.path("id")), view -> {
            exchange.header("ETag", '"' + view.version().text() + '"');
            exchange.json(200, RecordJson.of(view));
        });
    }

    private void put(Exchange exchange, RecordKind kind) {
        Map<String, Object> fields = fields(kind, exchange.body());
        exchange.answer(
                records.put(kind, exchange.path("id"), fields, ifMatch(exchange), exchange.deadlineNanos()), done -> {
                    exchange.header("ETag", '"' + done.view().version().text() + '"');
                    exchange.json(done.created() ? 201 : 200, RecordJson.of(done.view()));
                });
    }

    private void delete(Exchange exchange, RecordKind kind) {
        exchange.answer(
                records.delete(kind, exchange.path("id"), ifMatch(exchange), exchange.deadlineNanos()),
                version -> exchange.empty(204));
    }

    private void list(Exchange exchange, RecordKind kind, String name) {
        exchange.answer(
                records.list(kind, text(exchange, "prefix"), text(exchange, "after"), exchange.whole("limit")),
                page -> {
                    ObjectNode json = JsonNodeFactory.instance.objectNode();
                    ArrayNode list = json.putArray(name);
                    page.views().forEach(view -> list.add(RecordJson.of(view)));
                    exchange.json(200, json.put("count", page.views().size()).put("more", page.more()));
                });
    }

    private void conflicts(Exchange exchange) {
        exchange.answer(records.conflicts(exchange.whole("limit")), conflicts -> {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            ArrayNode list = json.putArray("conflicts");
            conflicts.forEach(conflict -> list.add(ProtoJson.of(RecordMapper.conflict(conflict))));
            exchange.json(200, json.put("count", conflicts.size()));
        });
    }

    private static Map<String, Object> fields(RecordKind kind, JsonFields body) {
        Map<String, Object> fields = new HashMap<>();
        for (RecordField field : kind.fields()) {
            fields.put(field.name(), value(field, body));
        }
        return fields;
    }

    private static Object value(RecordField field, JsonFields body) {
        return switch (field.type()) {
            case TEXT, MAC -> body.text(field.name());
            case COUNT -> body.whole(field.name());
            case TIME -> RecordJson.seconds(field.name(), body.text(field.name()));
            case MAP -> body.textByName(field.name());
        };
    }

    /** Strong and weak tags, quoted or not: what was read is what is sent back. */
    private static String ifMatch(Exchange exchange) {
        List<String> tags = exchange.requestHeaders("If-Match");
        if (tags.isEmpty()) {
            return "";
        }
        String tag = tags.get(0).strip();
        if (tags.size() > 1 || tag.contains(",")) {
            throw Problem.field("If-Match", "one version is possible").exception();
        }
        return tag.replaceFirst("^W/", "").replace("\"", "");
    }

    private static String text(Exchange exchange, String parameter) {
        @Nullable String value = exchange.query(parameter);
        return value == null ? "" : value;
    }
}
