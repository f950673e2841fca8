package io.nexus.statemachine.rows;

import java.util.Arrays;

/**
 * Builds and takes apart the keys of rows; see the drawing in the package description. Instances and units are
 * unsigned 32-bit numbers; instances travel as int, units as long from 0 to 2^32-1.
 */
public final class RowKeys {
    public static final byte POOL = 0x01;
    public static final byte COUNTERS = 0x02;
    public static final byte ALLOCATION = 0x03;
    public static final byte RECENT = 0x04;
    public static final byte BRANCHES = 0x05;
    public static final byte HISTORY = 0x11;
    public static final byte RESERVATION = 0x12;
    public static final byte PLAN = 0x21;
    public static final byte ENTRY = 0x22;
    public static final byte NEXT_INSTANCE = 0x23;

    public static final long UNIT_MAX = 0xffff_ffffL;

    private static final int INSTANCE_KEY_BYTES = 5;
    private static final int LONG_KEY_BYTES = 9;
    private static final int HISTORY_KEY_BYTES = 17;

    private RowKeys() {}

    /* --------------- keys --------------- */

    public static byte[] pool(int instance) {
        return ofInstance(POOL, instance, INSTANCE_KEY_BYTES);
    }

    public static byte[] counters(int instance) {
        return ofInstance(COUNTERS, instance, INSTANCE_KEY_BYTES);
    }

    /**
     * One allocation.
     *
     * @param unit 0 to 2^32-1
     */
    public static byte[] allocation(int instance, long unit) {
        if (unit < 0 || unit > UNIT_MAX) {
            throw new IllegalArgumentException("unit out of range: " + unit);
        }
        byte[] key = ofInstance(ALLOCATION, instance, LONG_KEY_BYTES);
        putInt(key, INSTANCE_KEY_BYTES, (int) unit);
        return key;
    }

    public static byte[] recent(long seq) {
        byte[] key = new byte[LONG_KEY_BYTES];
        key[0] = RECENT;
        putInt(key, 1, (int) (seq >>> 32));
        putInt(key, 5, (int) seq);
        return key;
    }

    public static byte[] branches() {
        return new byte[] {BRANCHES};
    }

    /**
     * One allocation that is over.
     *
     * @param endedAtMillis when it ended: no two of a unit end at one time
     */
    public static byte[] history(int instance, long unit, long endedAtMillis) {
        byte[] key = Arrays.copyOf(historyOf(instance, unit), HISTORY_KEY_BYTES);
        putInt(key, LONG_KEY_BYTES, (int) (endedAtMillis >>> 32));
        putInt(key, LONG_KEY_BYTES + 4, (int) endedAtMillis);
        return key;
    }

    public static byte[] plan() {
        return new byte[] {PLAN};
    }

    public static byte[] entry(int instance) {
        return ofInstance(ENTRY, instance, INSTANCE_KEY_BYTES);
    }

    public static byte[] nextInstance() {
        return new byte[] {NEXT_INSTANCE};
    }

    /* --------------- prefixes to scan --------------- */

    /** All rows of a kind. */
    public static byte[] allOf(byte kind) {
        return new byte[] {kind};
    }

    /** All allocations of a pool instance, in order of their units. */
    public static byte[] allocationsOf(int instance) {
        return ofInstance(ALLOCATION, instance, INSTANCE_KEY_BYTES);
    }

    /** What is over of one unit, in order of time. */
    public static byte[] historyOf(int instance, long unit) {
        byte[] key = allocation(instance, unit);
        key[0] = HISTORY;
        return key;
    }

    /** One reserved unit. */
    public static byte[] reservation(int instance, long unit) {
        byte[] key = allocation(instance, unit);
        key[0] = RESERVATION;
        return key;
    }

    /** All reservations of a pool instance, in order of their units. */
    public static byte[] reservationsOf(int instance) {
        return ofInstance(RESERVATION, instance, INSTANCE_KEY_BYTES);
    }

    /* --------------- taking apart --------------- */

    /** The first byte: one of the constants above, or a kind that this version does not know. */
    public static byte kind(byte[] key) {
        if (key.length == 0) {
            throw new IllegalArgumentException("empty row key");
        }
        return key[0];
    }

    public static boolean isAllocation(byte[] key) {
        return key.length == LONG_KEY_BYTES && key[0] == ALLOCATION;
    }

    public static boolean isBranches(byte[] key) {
        return key.length == 1 && key[0] == BRANCHES;
    }

    /** Of HISTORY keys. */
    public static long endedAtMillis(byte[] key) {
        if (key.length != HISTORY_KEY_BYTES || key[0] != HISTORY) {
            throw new IllegalArgumentException("not the key of a history row");
        }
        return (getInt(key, LONG_KEY_BYTES) & 0xffff_ffffL) << 32 | (getInt(key, LONG_KEY_BYTES + 4) & 0xffff_ffffL);
    }

    /** Of all keys but those of PLAN, NEXT_INSTANCE, RECENT and BRANCHES. */
    public static int instance(byte[] key) {
        if (key.length < INSTANCE_KEY_BYTES || kind(key) == RECENT) {
            throw new IllegalArgumentException("no instance in a row key of kind " + kind(key));
        }
        return getInt(key, 1);
    }

    /** Of ALLOCATION, HISTORY and RESERVATION keys: 0 to 2^32-1. */
    public static long unit(byte[] key) {
        if (!isAllocation(key) && kind(key) != HISTORY && kind(key) != RESERVATION) {
            throw new IllegalArgumentException("not the key of an allocation");
        }
        return getInt(key, INSTANCE_KEY_BYTES) & UNIT_MAX;
    }

    /** Of RECENT keys. */
    public static long seq(byte[] key) {
        if (key.length != LONG_KEY_BYTES || key[0] != RECENT) {
            throw new IllegalArgumentException("not the key of a recent row");
        }
        return ((long) getInt(key, 1) << 32) | (getInt(key, 5) & 0xffff_ffffL);
    }

    private static byte[] ofInstance(byte kind, int instance, int length) {
        byte[] key = new byte[length];
        key[0] = kind;
        putInt(key, 1, instance);
        return key;
    }

    private static void putInt(byte[] to, int at, int value) {
        to[at] = (byte) (value >>> 24);
        to[at + 1] = (byte) (value >>> 16);
        to[at + 2] = (byte) (value >>> 8);
        to[at + 3] = (byte) value;
    }

    private static int getInt(byte[] from, int at) {
        return (from[at] & 0xff) << 24
                | (from[at + 1] & 0xff) << 16
                | (from[at + 2] & 0xff) << 8
                | (from[at + 3] & 0xff);
    }
}
