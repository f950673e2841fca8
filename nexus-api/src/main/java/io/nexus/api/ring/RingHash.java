package io.nexus.api.ring;

import java.nio.charset.StandardCharsets;

/**
 * The hash that puts things on the ring: FNV-1a with 64 bits over the seed (eight bytes, big-endian), then the text in
 * UTF-8, then eight bytes of a number, finished with MurmurHash3's 64-bit mixer so that neighbours in name are not
 * neighbours on the ring. Part of a cluster's hard settings: the test vectors in {@code HashRingTest} must never change.
 */
final class RingHash {
    private static final long OFFSET_BASIS = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    private RingHash() {}

    static long of(long seed, String text, long number) {
        long h = absorb(OFFSET_BASIS, seed);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            h = (h ^ (b & 0xff)) * PRIME;
        }
        return finish(absorb(h, number));
    }

    private static long absorb(long state, long word) {
        long h = state;
        for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            h = (h ^ ((word >>> shift) & 0xff)) * PRIME;
        }
        return h;
    }

    private static long finish(long h) {
        long x = h;
        x = (x ^ (x >>> 33)) * 0xff51afd7ed558ccdL;
        x = (x ^ (x >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return x ^ (x >>> 33);
    }
}
