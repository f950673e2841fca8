package io.nexus.statemachine.storage;

import io.nexus.crdt.records.Dot;
import io.nexus.crdt.records.Origin;
import io.nexus.crdt.records.RevisionCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Keys of the records' database, one byte of kind first, numbers big-endian so that they sort:
 *
 * <pre>
 * r [record key]              the current revision
 * d [origin 24][seq u64]      the key of the record whose current revision this write is
 * t [record key]              the current revision is a tombstone
 * c [number u64]              a conflict
 * m [name]                    format, state, life
 * </pre>
 *
 * Part of the durable format.
 */
final class RecordKeys {
    static final byte[] FORMAT = meta("format");
    static final byte[] STATE = meta("state");
    static final byte[] LIFE = meta("life");
    static final byte RECORD = 'r';
    static final byte TOMBSTONE = 't';
    static final byte DOT = 'd';
    static final byte CONFLICT = 'c';

    private RecordKeys() {}

    private static byte[] meta(String name) {
        return text((byte) 'm', name);
    }

    static byte[] text(byte kind, String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + bytes.length).put(kind).put(bytes).array();
    }

    /** The record's key of a key of kind r or t. */
    static String text(byte[] key) {
        return new String(key, 1, key.length - 1, StandardCharsets.UTF_8);
    }

    static byte[] dot(Dot dot) {
        return dot(dot.origin(), dot.seq());
    }

    static byte[] dot(Origin origin, long seq) {
        byte[] bytes = RevisionCodec.encode(origin);
        return ByteBuffer.allocate(1 + bytes.length + 8)
                .put(DOT)
                .put(bytes)
                .putLong(seq)
                .array();
    }

    /** True if both are of one origin. */
    static boolean sameOrigin(byte[] dot, byte[] other) {
        int length = other.length - 8;
        return dot.length == other.length && Arrays.equals(dot, 0, length, other, 0, length);
    }

    static byte[] conflict(long number) {
        return ByteBuffer.allocate(9).put(CONFLICT).putLong(number).array();
    }

    static long conflictNumber(byte[] key) {
        return ByteBuffer.wrap(key).getLong(1);
    }
}
