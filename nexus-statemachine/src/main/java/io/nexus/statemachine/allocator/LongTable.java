package io.nexus.statemachine.allocator;

/**
 * Map from any long to a positive long, in two flat arrays: 16 bytes a slot, at most two thirds of them used. Open
 * addressing with linear probing; removal closes the gap, so nothing is left behind. Single-threaded.
 */
final class LongTable {
    private static final int CAPACITY_MIN = 64;

    private long[] keys = new long[CAPACITY_MIN];
    private long[] values = new long[CAPACITY_MIN]; // 0: the slot is empty
    private int size;

    int size() {
        return size;
    }

    void clear() {
        keys = new long[CAPACITY_MIN];
        values = new long[CAPACITY_MIN];
        size = 0;
    }

    /** 0 if there is none. */
    long get(long key) {
        return values[slotOf(key)];
    }

    /** @param value positive; replaces the one that is there */
    void put(long key, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException("not positive: " + value);
        }
        int slot = slotOf(key);
        if (values[slot] == 0) {
            if ((size + 1) * 3L > keys.length * 2L) {
                resize(keys.length * 2);
                slot = slotOf(key);
            }
            size++;
            keys[slot] = key;
        }
        values[slot] = value;
    }

    /** Removes the key if it has this value. */
    void remove(long key, long value) {
        int slot = slotOf(key);
        if (values[slot] == 0 || values[slot] != value) {
            return;
        }
        size--;
        closeGap(slot);
        if (keys.length > CAPACITY_MIN && size * 6L < keys.length) {
            resize(keys.length / 2);
        }
    }

    private void closeGap(int removed) {
        int mask = keys.length - 1;
        int gap = removed;
        for (int slot = (gap + 1) & mask; values[slot] != 0; slot = (slot + 1) & mask) {
            int home = home(keys[slot]);
            boolean reachesGap = ((slot - home) & mask) >= ((slot - gap) & mask);
            if (reachesGap) {
                keys[gap] = keys[slot];
                values[gap] = values[slot];
                gap = slot;
            }
        }
        values[gap] = 0;
    }

    private void resize(int capacity) {
        long[] oldKeys = keys;
        long[] oldValues = values;
        keys = new long[capacity];
        values = new long[capacity];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldValues[i] != 0) {
                int slot = slotOf(oldKeys[i]);
                keys[slot] = oldKeys[i];
                values[slot] = oldValues[i];
            }
        }
    }

    /** Where the key is, or the empty slot where it would go. */
    private int slotOf(long key) {
        int mask = keys.length - 1;
        int slot = home(key);
        while (values[slot] != 0 && keys[slot] != key) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private int home(long key) {
        long mixed = key * 0x9e3779b97f4a7c15L;
        return (int) (mixed ^ (mixed >>> 32)) & (keys.length - 1);
    }
}
