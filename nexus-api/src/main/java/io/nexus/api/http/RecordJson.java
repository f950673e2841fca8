package io.nexus.api.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nexus.api.error.Problem;
import io.nexus.api.service.RecordField;
import io.nexus.api.service.RecordService.View;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;

/** Records as JSON under /api/v1: times are RFC 3339, and what is not there is left out. */
public final class RecordJson {
    private RecordJson() {}

    /** A record with its version. */
    public static ObjectNode of(View view) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("id", view.id());
        for (RecordField field : view.kind().fields()) {
            Object value = view.fields().get(field.name());
            if (value != null) {
                put(json, field, value);
            }
        }
        return json.put("version", view.version().text())
                .put("node_id", view.version().nodeId())
                .put(
                        "updated_at",
                        Instant.ofEpochMilli(view.version().updatedMillis()).toString());
    }

    private static void put(ObjectNode json, RecordField field, Object value) {
        switch (field.type()) {
            case TEXT, MAC -> json.put(field.name(), (String) value);
            case COUNT -> json.put(field.name(), (Long) value);
            case TIME ->
                json.put(field.name(), Instant.ofEpochSecond((Long) value).toString());
            case MAP -> {
                ObjectNode map = json.putObject(field.name());
                ((Map<?, ?>) value).forEach((name, text) -> map.put((String) name, (String) text));
            }
        }
    }

    /** Unix seconds of a time; 0 for no text. */
    static long seconds(String field, String time) {
        try {
            return time.isEmpty() ? 0 : OffsetDateTime.parse(time).toEpochSecond();
        } catch (DateTimeException e) {
            throw Problem.field(field, "is not a time like 2026-01-31T12:00:00Z")
                    .exception();
        }
    }
}
