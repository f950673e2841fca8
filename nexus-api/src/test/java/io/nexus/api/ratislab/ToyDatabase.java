package io.nexus.api.ratislab;

import java.util.Map;
import java.util.TreeMap;
import org.apache.ratis.server.protocol.TermIndex;
import org.jspecify.annotations.Nullable;

/**
 * One node's database for all its groups: no write-ahead log, so only {@link #flush} saves anything, and it saves every
 * group at one cut. {@link #crash} gives what a new process would find; the dead process may go on writing to the old
 * object, which nobody reads. Thread-safe.
 */
final class ToyDatabase {
    private final Map<Integer, ToySegment> live;
    private Map<Integer, ToySegment> flushed;
    private boolean dead;

    ToyDatabase() {
        this(Map.of());
    }

    private ToyDatabase(Map<Integer, ToySegment> disk) {
        this.live = copy(disk);
        this.flushed = copy(disk);
    }

    synchronized ToyDatabase crash() {
        dead = true;
        return new ToyDatabase(flushed);
    }

    synchronized boolean isDead() {
        return dead;
    }

    synchronized void flush() {
        flushed = copy(live);
    }

    /** Drops a group that left this node. */
    synchronized void drop(int group) {
        live.remove(group);
        flush();
    }

    synchronized long apply(int group, TermIndex entry, long commandId) {
        return at(group).apply(entry, commandId);
    }

    synchronized void advance(int group, TermIndex entry) {
        at(group).advance(entry);
    }

    /** Replaces the group's rows and flushes. Refuses to go back. */
    synchronized void install(int group, ToySegment rows) {
        if (rows.index() < at(group).index()) {
            throw new IllegalStateException(
                    "fetched " + rows.position() + " is behind " + at(group).position());
        }
        live.put(group, rows.copy());
        flush();
    }

    synchronized ToySegment snapshot(int group) {
        return at(group).copy();
    }

    synchronized @Nullable TermIndex position(int group) {
        return at(group).position();
    }

    synchronized long index(int group) {
        return at(group).index();
    }

    synchronized long chain(int group) {
        return at(group).chain();
    }

    synchronized long flushedIndex(int group) {
        ToySegment rows = flushed.get(group);
        return rows == null ? -1 : rows.index();
    }

    private ToySegment at(int group) {
        return live.computeIfAbsent(group, g -> new ToySegment());
    }

    private static Map<Integer, ToySegment> copy(Map<Integer, ToySegment> segments) {
        Map<Integer, ToySegment> copies = new TreeMap<>();
        segments.forEach((group, rows) -> copies.put(group, rows.copy()));
        return copies;
    }
}
