package io.nexus.statemachine.catalogue;

import io.nexus.statemachine.codec.ByteReader;
import io.nexus.statemachine.codec.ByteWriter;

/**
 * The keys of stream 0.
 *
 * <pre>
 * 0x21                  PLAN           the cluster plan, as PlanCodec has it
 * 0x22 [instance u32]   ENTRY          one pool, as PoolEntryCodec has it
 * 0x23                  NEXT_INSTANCE  the number that the next pool gets, u32; absent: 1
 * </pre>
 */
public final class CatalogueKeys {
    public static final int PLAN = 0x21;
    public static final int ENTRY = 0x22;
    public static final int NEXT_INSTANCE = 0x23;

    private CatalogueKeys() {}

    public static byte[] plan() {
        return prefix(PLAN);
    }

    public static byte[] entry(int instance) {
        return new ByteWriter(5).u8(ENTRY).u32(instance).toByteArray();
    }

    public static byte[] nextInstance() {
        return prefix(NEXT_INSTANCE);
    }

    /** All rows of a kind start with it. */
    public static byte[] prefix(int kind) {
        return new byte[] {(byte) kind};
    }

    /** The kind of a row. */
    public static int kind(byte[] key) {
        return key[0] & 0xff;
    }

    /** The pool instance of an ENTRY row. */
    public static int instance(byte[] key) {
        ByteReader reader = new ByteReader(key);
        if (reader.u8() != ENTRY) {
            throw new IllegalArgumentException("not the key of an entry");
        }
        int instance = (int) reader.u32();
        reader.end();
        return instance;
    }
}
