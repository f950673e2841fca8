package io.nexus.api.service;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * A record's fields as they are stored: JSON with sorted names, so that what a node of another version wrote stays
 * readable. Part of the durable format. Thread-safe.
 */
final class RecordValues {
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .enable(DeserializationFeature.USE_LONG_FOR_INTS);

    private RecordValues() {}

    static byte[] encode(Map<String, Object> fields) {
        try {
            return JSON.writeValueAsBytes(fields);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts, numbers and maps are always JSON", e);
        }
    }

    static Map<String, Object> decode(byte[] bytes) {
        try {
            return JSON.readValue(bytes, new TypeReference<TreeMap<String, Object>>() {});
        } catch (IOException e) {
            throw new IllegalStateException("a stored record is not JSON", e);
        }
    }
}
