package io.nexus.api.grpc;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import io.nexus.api.service.RecordField;
import io.nexus.api.service.RecordKind;
import io.nexus.api.service.RecordService.Overwritten;
import io.nexus.api.service.RecordService.Version;
import io.nexus.api.service.RecordService.View;
import io.nexus.api.v1.RecordConflict;
import io.nexus.api.v1.RecordVersion;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Between the messages of {@code record.proto} and the fields of records. Both have the same names: {@link RecordKind}
 * says which, and a test holds the messages to it.
 */
public final class RecordMapper {
    private RecordMapper() {}

    static Map<String, Object> fields(RecordKind kind, Message message) {
        Map<String, Object> fields = new HashMap<>();
        for (RecordField field : kind.fields()) {
            FieldDescriptor descriptor = descriptor(message.getDescriptorForType(), field.name());
            Object value = message.getField(descriptor);
            fields.put(field.name(), descriptor.isMapField() ? map((List<?>) value) : value);
        }
        return fields;
    }

    private static Map<String, String> map(List<?> entries) {
        Map<String, String> map = new HashMap<>();
        for (Object entry : entries) {
            MapEntry<?, ?> pair = (MapEntry<?, ?>) entry;
            map.put((String) pair.getKey(), (String) pair.getValue());
        }
        return map;
    }

    /** Fills the builder of the record's own message. */
    static <B extends Message.Builder> B fill(B builder, View view) {
        Descriptor type = builder.getDescriptorForType();
        builder.setField(descriptor(type, "id"), view.id());
        builder.setField(descriptor(type, "version"), version(view.version()));
        for (RecordField field : view.kind().fields()) {
            Object value = view.fields().get(field.name());
            if (value != null) {
                put(builder, descriptor(type, field.name()), value);
            }
        }
        return builder;
    }

    private static void put(Message.Builder builder, FieldDescriptor field, Object value) {
        if (!field.isMapField()) {
            builder.setField(field, value);
            return;
        }
        ((Map<?, ?>) value).forEach((name, text) -> {
            Message.Builder entry = builder.newBuilderForField(field);
            entry.setField(descriptor(entry.getDescriptorForType(), "key"), name);
            entry.setField(descriptor(entry.getDescriptorForType(), "value"), text);
            builder.addRepeatedField(field, entry.build());
        });
    }

    private static FieldDescriptor descriptor(Descriptor type, String name) {
        return Objects.requireNonNull(type.findFieldByName(name), name);
    }

    static RecordVersion version(Version version) {
        return RecordVersion.newBuilder()
                .setVersion(version.text())
                .setNodeId(version.nodeId())
                .setUpdatedAtMs(version.updatedMillis())
                .build();
    }

    public static RecordConflict conflict(Overwritten overwritten) {
        String lost = overwritten.lostJson();
        return RecordConflict.newBuilder()
                .setKind(overwritten.kind().word())
                .setId(overwritten.id())
                .setDetectedAtMs(overwritten.detectedMillis())
                .setKept(version(overwritten.kept()))
                .setLost(version(overwritten.lost()))
                .setLostValue(lost == null ? "" : lost)
                .build();
    }
}
