package io.nexus.statemachine.codec;

import io.nexus.statemachine.model.Identity;

/** An owner as part of a record: subscriber, DUID, IAID; two bytes more than the subscriber where the others are none. */
public final class IdentityCodec {
    private IdentityCodec() {}

    public static void write(ByteWriter writer, Identity identity) {
        writer.string(identity.subscriber()).bytes(identity.duid()).vint(Integer.toUnsignedLong(identity.iaid()));
    }

    public static Identity read(ByteReader reader) {
        String subscriber = reader.string();
        byte[] duid = reader.bytes();
        long iaid = reader.vint();
        if (iaid >>> 32 != 0) {
            throw reader.malformed("IAID of more than 32 bits");
        }
        return new Identity(subscriber, duid, (int) iaid);
    }
}
