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

    private ProtoJson() {}

    public static String print(Message message) {
        return write(tree(message));
    }

    public static String write(Object tree) {
        try {
            return MAPPER.writeValueAsString(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write JSON", e);
        }
    }

    private static Map<String, Object> tree(Message message) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            object.put(field.getName(), value(message, field));
        }
        return object;
    }

    private static Object value(Message message, FieldDescriptor field) {
        Object value = message.getField(field);
        if (field.isMapField()) {
            Map<String, Object> map = new LinkedHashMap<>();
            for (Object entry : (List<?>) value) {
                Message pair = (Message) entry;
                FieldDescriptor key = pair.getDescriptorForType().findFieldByNumber(1);
                FieldDescriptor mapped = pair.getDescriptorForType().findFieldByNumber(2);
                map.put(String.valueOf(pair.getField(key)), scalar(mapped, pair.getField(mapped)));
            }
            return map;
        }
        if (field.isRepeated()) {
            return ((List<?>) value).stream().map(item -> scalar(field, item)).toList();
        }
        return scalar(field, value);
    }

    private static Object scalar(FieldDescriptor field, Object value) {
        return switch (field.getJavaType()) {
            case MESSAGE -> tree((Message) value);
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
