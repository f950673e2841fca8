package io.nexus.cli.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A message as JSON for scripts: the field names of the API, all fields present, numbers as numbers. */
public final class ProtoJson {
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private static final ObjectMapper COMPACT = new ObjectMapper();

    private ProtoJson() {}

    public static String print(Message message) {
        return write(tree(message, false));
    }

    /** On one line, without messages that are not set. */
    public static String line(Message message) {
        return write(COMPACT, tree(message, true));
    }

    /** JSON text with indents; what is no JSON as it is. */
    public static String pretty(String json) {
        try {
            return write(MAPPER.readTree(json));
        } catch (JsonProcessingException e) {
            return json;
        }
    }

    public static String write(Object tree) {
        return write(MAPPER, tree);
    }

    private static String write(ObjectMapper mapper, Object tree) {
        try {
            return mapper.writeValueAsString(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write JSON", e);
        }
    }

    private static Map<String, Object> tree(Message message, boolean sparse) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            if (!sparse || !field.hasPresence() || message.hasField(field)) {
                object.put(field.getName(), value(message, field, sparse));
            }
        }
        return object;
    }

    private static Object value(Message message, FieldDescriptor field, boolean sparse) {
        Object value = message.getField(field);
        if (field.isMapField()) {
            Map<String, Object> map = new LinkedHashMap<>();
            for (Object entry : (List<?>) value) {
                Message pair = (Message) entry;
                FieldDescriptor key = pair.getDescriptorForType().findFieldByNumber(1);
                FieldDescriptor mapped = pair.getDescriptorForType().findFieldByNumber(2);
                map.put(String.valueOf(pair.getField(key)), scalar(mapped, pair.getField(mapped), sparse));
            }
            return map;
        }
        if (field.isRepeated()) {
            return ((List<?>) value)
                    .stream().map(item -> scalar(field, item, sparse)).toList();
        }
        return scalar(field, value, sparse);
    }

    private static Object scalar(FieldDescriptor field, Object value, boolean sparse) {
        return switch (field.getJavaType()) {
            case MESSAGE -> tree((Message) value, sparse);
            case ENUM -> ((EnumValueDescriptor) value).getName();
            case INT -> unsigned(field) ? Integer.toUnsignedLong((Integer) value) : value;
            case LONG ->
                unsigned(field) && (Long) value < 0
                        ? new java.math.BigInteger(Long.toUnsignedString((Long) value))
                        : value;
            case BYTE_STRING -> value.toString();
            case FLOAT, DOUBLE, BOOLEAN, STRING -> value;
        };
    }

    private static boolean unsigned(FieldDescriptor field) {
        return switch (field.getType()) {
            case UINT32, UINT64, FIXED32, FIXED64 -> true;
            default -> false;
        };
    }
}
