package io.nexus.crdt;

import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A node's store of the one stream: rows and position in memory, and what of them would survive a crash. */
final class SimStore {
    private TreeMap<Integer, Long> rows = new TreeMap<>();
    private TreeMap<Integer, Long> durableRows = new TreeMap<>();
    private Position position;
    private Position durable;
    private @Nullable TreeMap<Integer, Long> installing;

    SimStore(Position start) {
        this.position = start;
        this.durable = start;
    }

    TreeMap<Integer, Long> rows() {
        return rows;
    }

    Position position() {
        return position;
    }

    /** False, and nothing changed, if the rows would not add up to the digest that the step carries. */
    boolean commit(Step step) {
        TreeMap<Integer, Long> next = new TreeMap<>(rows);
        Digest digest = position.digest();
        for (RowChange change : step.changes()) {
            int key = SimHistory.key(change.key());
            byte[] value = change.value();
            Long before = value == null ? next.remove(key) : next.put(key, SimHistory.value(value));
            digest = before == null ? digest : digest.minus(SimHistory.digest(key, before));
            digest = value == null ? digest : digest.plus(SimHistory.digest(key, SimHistory.value(value)));
        }
        if (!digest.equals(step.after().digest()) || next.size() != step.after().live()) {
            return false;
        }
        rows = next;
        position = step.after();
        return true;
    }

    void beginInstall() {
        installing = new TreeMap<>();
    }

    void abandonInstall() {
        installing = null;
    }

    void put(RowChange row) {
        byte[] value = row.value();
        if (installing != null && value != null) {
            installing.put(SimHistory.key(row.key()), SimHistory.value(value));
        }
    }

    /** False, and nothing changed, if the rows are not those of the position. Durable when it returns true. */
    boolean finishInstall(Position of) {
        TreeMap<Integer, Long> fresh = installing == null ? new TreeMap<>() : installing;
        installing = null;
        Digest digest = Digest.ZERO;
        for (var row : fresh.entrySet()) {
            digest = digest.plus(SimHistory.digest(row.getKey(), row.getValue()));
        }
        if (!digest.equals(of.digest()) || fresh.size() != of.live()) {
            return false;
        }
        rows = fresh;
        position = of;
        flush();
        return true;
    }

    void flush() {
        durable = position;
        durableRows = new TreeMap<>(rows);
    }

    void crash() {
        position = durable;
        rows = new TreeMap<>(durableRows);
        installing = null;
    }

    /** Silent damage: a row changes and nobody is told. */
    boolean damage(long value) {
        if (rows.isEmpty()) {
            return false;
        }
        rows.put(rows.firstKey(), value);
        return true;
    }
}
