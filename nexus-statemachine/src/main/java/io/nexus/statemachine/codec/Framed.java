package io.nexus.statemachine.codec;

import java.nio.ByteBuffer;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** A record on its own: a byte that names the version of its format, then the body, then nothing. */
final class Framed {
    private Framed() {}

    static <T> byte[] encode(int version, T value, BiConsumer<ByteWriter, T> body) {
        ByteWriter writer = new ByteWriter().u8(version);
        body.accept(writer, value);
        return writer.toByteArray();
    }

    /** @param what the record's name in messages, with its article */
    static <T> T decode(ByteBuffer buffer, int version, String what, Function<ByteReader, T> body) {
        ByteReader reader = new ByteReader(buffer);
        int found = reader.u8();
        if (found != version) {
            throw reader.malformed("format version " + found + " of " + what + " is not known here, only " + version);
        }
        T value;
        try {
            value = body.apply(reader);
        } catch (IllegalArgumentException e) { // a record that does not accept its parts
            throw new MalformedBytes("not " + what + ", before offset " + reader.offset() + ": " + e.getMessage(), e);
        }
        reader.end();
        return value;
    }
}
