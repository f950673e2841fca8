package io.nexus.statemachine.catalogue;

import java.nio.charset.StandardCharsets;

/**
 * Which segment decides about a new pool. The catalogue records the answer, so that only new pools would notice a
 * change; but members must agree, so that the test vectors of {@code PoolPlacementTest} must never change.
 */
public final class PoolPlacement {
    private static final long FNV_OFFSET_BASIS = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private PoolPlacement() {}

    /** 1 to segmentCount: the equal arc of the ring that the pool's hash, as an unsigned position, lies in. */
    public static int segment(long hashSeed, String poolId, int segmentCount) {
        long position = hash(hashSeed, poolId);
        // Upper half of the unsigned product; JDK 17 has only the signed one.
        long arc = Math.multiplyHigh(position, segmentCount) + (position < 0 ? segmentCount : 0);
        return 1 + (int) arc;
    }

    /**
     * FNV-1a with 64 bits over the seed (eight bytes, big-endian), then the id in UTF-8; finished with the 64-bit mixer
     * of MurmurHash3 so that ids that differ at their end differ in all bits.
     */
    static long hash(long seed, String text) {
        long h = FNV_OFFSET_BASIS;
        for (int shift = 56; shift >= 0; shift -= 8) {
            h = (h ^ (seed >>> shift & 0xff)) * FNV_PRIME;
        }
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            h = (h ^ (b & 0xff)) * FNV_PRIME;
        }
        h = (h ^ (h >>> 33)) * 0xff51afd7ed558ccdL;
        h = (h ^ (h >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return h ^ (h >>> 33);
    }
}
