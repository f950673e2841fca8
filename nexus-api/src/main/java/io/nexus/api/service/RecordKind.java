package io.nexus.api.service;

import io.nexus.api.service.RecordField.Type;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The kinds of records, and what is in them, as {@code nexus.v1} spells it. */
public enum RecordKind {
    SUBSCRIBER(
            "c/",
            text("name"),
            text("contact"),
            text("service_plan"),
            text("realm"),
            text("isp_id"),
            text("circuit_id"),
            text("remote_id"),
            mac(),
            text("status"),
            map("options"),
            map("metadata")),
    SESSION(
            "s/",
            text("session_id"),
            text("bng_id"),
            text("nas_port"),
            text("circuit_id"),
            mac(),
            text("ip"),
            text("state"),
            new RecordField("started_at", Type.TIME),
            new RecordField("last_seen_at", Type.TIME),
            new RecordField("input_octets", Type.COUNT),
            new RecordField("output_octets", Type.COUNT),
            map("metadata")),
    DEVICE(
            "d/",
            text("serial"),
            mac(),
            text("model"),
            text("site"),
            text("firmware"),
            text("state"),
            text("subscriber_id"),
            map("metadata"));

    private final String prefix;
    private final List<RecordField> fields;

    RecordKind(String prefix, RecordField... fields) {
        this.prefix = prefix;
        this.fields = List.of(fields);
    }

    /** All but the id and the version. */
    public List<RecordField> fields() {
        return fields;
    }

    /** The key of a record in the replica. Part of the durable format. */
    public String key(String id) {
        return prefix + id;
    }

    /** The inverse of key; null if the key is of another kind. */
    public @Nullable String id(String key) {
        return key.startsWith(prefix) ? key.substring(prefix.length()) : null;
    }

    /** For messages. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static RecordField text(String name) {
        return new RecordField(name, Type.TEXT);
    }

    private static RecordField mac() {
        return new RecordField("mac", Type.MAC);
    }

    private static RecordField map(String name) {
        return new RecordField(name, Type.MAP);
    }
}
