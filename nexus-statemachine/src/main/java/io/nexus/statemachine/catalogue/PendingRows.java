package io.nexus.statemachine.catalogue;

import io.nexus.statemachine.storage.RowUpdate;
import io.nexus.statemachine.storage.Rows;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one batch does to the rows: the last value of each key, in the order in which the keys were first touched. */
final class PendingRows {
    private final Rows rows;
    private final Map<ByteBuffer, RowUpdate> updates = new LinkedHashMap<>();

    PendingRows(Rows rows) {
        this.rows = rows;
    }

    void put(byte[] key, byte[] value) {
        change(key, value);
    }

    void delete(byte[] key) {
        change(key, null);
    }

    private void change(byte[] key, byte @Nullable [] after) {
        ByteBuffer name = ByteBuffer.wrap(key);
        RowUpdate earlier = updates.get(name);
        byte[] before = earlier != null ? earlier.before() : rows.get(key);
        updates.put(name, new RowUpdate(key, before, after));
    }

    /** Without keys that are again what they were. */
    List<RowUpdate> updates() {
        List<RowUpdate> changed = new ArrayList<>();
        for (RowUpdate update : updates.values()) {
            if (!Arrays.equals(update.before(), update.after())) {
                changed.add(update);
            }
        }
        return changed;
    }
}
