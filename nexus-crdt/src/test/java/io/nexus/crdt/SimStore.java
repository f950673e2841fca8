package io.nexus.crdt;

import io.nexus.crdt.repair.MapRows;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A node's store of the one stream: rows and position in memory, and what of them would survive a crash. */
final class SimStore {
    private final boolean verifying;
    private final boolean cursorAsPosition;
    private TreeMap<Integer, Long> rows = new TreeMap<>();
    private TreeMap<Integer, Long> durableRows = new TreeMap<>();
    private Position position;
    private Position durable;
    private @Nullable TreeMap<Integer, Long> installing;
    private @Nullable Position cursor;
    /** Grows with every change. */
    int version;

    /** @param verifying refuses rows that do not add up to their digest; without, the rules alone must do */
    SimStore(Position start, boolean verifying, boolean cursorAsPosition) {
        this.position = start;
        this.durable = start;
        this.verifying = verifying;
        this.cursorAsPosition = cursorAsPosition;
    }

    TreeMap<Integer, Long> rows() {
        return rows;
    }

    Position position() {
        return position;
    }

    MapRows sorted() {
        MapRows sorted = new MapRows();
        rows.forEach((key, value) -> sorted.rows.put(SimRow.key(key), SimRow.bytes(value)));
        return sorted;
    }

    /** The rows are what the position says. */
    boolean intact() {
        return digest(rows).equals(position.digest());
    }

    /** False, and nothing changed, if the rows would not add up to the digest that the step carries. */
    boolean commit(Step step) {
        TreeMap<Integer, Long> next = new TreeMap<>(rows);
        Digest digest = change(next, position.digest(), step.changes());
        return become(next, digest, step.after());
    }

    /** Like commit, from what the rows really are. */
    boolean correct(Position after, List<RowChange> changes) {
        TreeMap<Integer, Long> next = new TreeMap<>(rows);
        Digest digest = change(next, digest(rows), changes);
        return become(next, digest, after);
    }

    void beginInstall() {
        installing = new TreeMap<>();
        cursor = null;
    }

    void abandonInstall() {
        installing = null;
    }

    void put(RowChange row, Position of) {
        byte[] value = row.value();
        if (installing != null && value != null) {
            installing.put(SimRow.key(row.key()), SimRow.value(value));
            cursor = of;
        }
    }

    /** False, and nothing changed, if the rows are not those of the position. Durable when it returns true. */
    boolean finishInstall(Position of) {
        TreeMap<Integer, Long> fresh = installing == null ? new TreeMap<>() : installing;
        installing = null;
        if (!become(fresh, digest(fresh), of)) {
            return false;
        }
        flush();
        return true;
    }

    /** The log was cut back: what a member does when a new group is made from an earlier point. */
    void rewind(TreeMap<Integer, Long> to, Position at) {
        rows = new TreeMap<>(to);
        position = at;
        version++;
        flush();
    }

    void flush() {
        durable = position;
        durableRows = new TreeMap<>(rows);
    }

    void crash() {
        Position reached = cursor;
        if (cursorAsPosition && installing != null && reached != null) {
            durableRows.putAll(installing);
            durable = reached;
        }
        position = durable;
        rows = new TreeMap<>(durableRows);
        installing = null;
        version++;
    }

    /** Silent damage: a row changes and nobody is told. */
    boolean damage(int number, @Nullable Long value) {
        List<Integer> keys =
                rows.keySet().stream().filter(key -> key != SimRow.BRANCHES).toList();
        if (keys.isEmpty()) {
            return false;
        }
        int key = keys.get(number % keys.size());
        if (value == null) {
            rows.remove(key);
        } else {
            rows.put(key, value);
        }
        return true;
    }

    private boolean become(TreeMap<Integer, Long> next, Digest digest, Position after) {
        if (verifying && !(digest.equals(after.digest()) && next.size() == after.live())) {
            return false;
        }
        rows = next;
        position = after;
        version++;
        return true;
    }

    private static Digest change(TreeMap<Integer, Long> rows, Digest from, List<RowChange> changes) {
        Digest digest = from;
        for (RowChange change : changes) {
            int key = SimRow.key(change.key());
            byte[] value = change.value();
            Long before = value == null ? rows.remove(key) : rows.put(key, SimRow.value(value));
            digest = before == null ? digest : digest.minus(SimRow.digest(key, before));
            digest = value == null ? digest : digest.plus(SimRow.digest(key, SimRow.value(value)));
        }
        return digest;
    }

    private static Digest digest(TreeMap<Integer, Long> rows) {
        Digest digest = Digest.ZERO;
        for (var row : rows.entrySet()) {
            digest = digest.plus(SimRow.digest(row.getKey(), row.getValue()));
        }
        return digest;
    }
}
