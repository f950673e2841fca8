package io.nexus.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.math.BigInteger;
import java.util.List;

/** A message as JSON: the field names of the API, every field present, numbers as numbers. */
final class ProtoJson {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private ProtoJson() {}

    static ObjectNode of(Message message) {
        ObjectNode object = JSON.objectNode();
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            put(object, field, message.getField(field));
        }
        return object;
    }

    private static void put(ObjectNode object, FieldDescriptor field, Object value) {
        if (field.isMapField()) {
            ObjectNode map = object.putObject(field.getName());
            for (Object entry : (List<?>) value) {
                Message pair = (Message) entry;
                FieldDescriptor key = pair.getDescriptorForType().findFieldByNumber(1);
                FieldDescriptor mapped = pair.getDescriptorForType().findFieldByNumber(2);
                map.set(String.valueOf(pair.getField(key)), scalar(mapped, pair.getField(mapped)));
            }
        } else if (field.isRepeated()) {
            ArrayNode array = object.putArray(field.getName());
            ((List<?>) value).forEach(item -> array.add(scalar(field, item)));
        } else {
            object.set(field.getName(), scalar(field, value));
        }
    }

    private static JsonNode scalar(FieldDescriptor field, Object value) {
        return switch (field.getJavaType()) {
            case MESSAGE -> of((Message) value);
            case ENUM -> JSON.textNode(((EnumValueDescriptor) value).getName());
            case INT ->
                unsigned(field)
                        ? JSON.numberNode(Integer.toUnsignedLong((Integer) value))
                        : JSON.numberNode((Integer) value);
            case LONG ->
                unsigned(field) && (Long) value < 0
                        ? JSON.numberNode(new BigInteger(Long.toUnsignedString((Long) value)))
                        : JSON.numberNode((Long) value);
            case FLOAT -> JSON.numberNode((Float) value);
            case DOUBLE -> JSON.numberNode((Double) value);
            case BOOLEAN -> JSON.booleanNode((Boolean) value);
            case STRING, BYTE_STRING -> JSON.textNode(value.toString());
        };
    }

    private static boolean unsigned(FieldDescriptor field) {
        return switch (field.getType()) {
            case UINT32, UINT64, FIXED32, FIXED64 -> true;
            default -> false;
        };
    }
}
