package io.nexus.crdt;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * 128-bit hash of a row. Two rounds of a 64-bit multiply-and-fold mixer with the finaliser of MurmurHash3 (public
 * domain), seeded apart. Part of the durable format: the test vectors in {@code Hash128Test} must never change.
 */
final class Hash128 {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long K1 = 0x9e3779b97f4a7c15L;
    private static final long K2 = 0xc2b2ae3d27d4eb4fL;

    private Hash128() {}

    static Digest of(byte[] key, byte[] value) {
        long a = absorb(absorb(K1, key), value);
        long b = absorb(absorb(K2, key), value);
        return new Digest(finish(a), finish(b ^ Long.rotateLeft(a, 29)));
    }

    private static long absorb(long state, byte[] bytes) {
        long h = state ^ (bytes.length * K2);
        int i = 0;
        for (; i + 8 <= bytes.length; i += 8) {
            h = round(h, (long) LONGS.get(bytes, i));
        }
        long tail = 0;
        for (int shift = 0; i < bytes.length; i++, shift += 8) {
            tail |= (bytes[i] & 0xffL) << shift;
        }
        return round(h, tail);
    }

    private static long round(long h, long word) {
        long x = (word ^ h) * K1;
        return Long.rotateLeft(x ^ (x >>> 32), 27) * K2 + h;
    }

    private static long finish(long h) {
        long x = h;
        x = (x ^ (x >>> 33)) * 0xff51afd7ed558ccdL;
        x = (x ^ (x >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return x ^ (x >>> 33);
    }
}
