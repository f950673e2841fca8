package io.nexus.crdt.records;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The recent writes of one origin, bounded by bytes, each encoded once, for any number of readers that each keep a
 * sequence number. One writer, any reader.
 */
public final class OwnTail {
    private final Origin origin;
    private final long bytesMax;
    private final Map<Long, byte[]> writes = new HashMap<>();
    private long head;
    private long bytes;

    /**
     * @param head of the last write before those that are appended
     * @param bytesMax of encoded writes; the newest is kept whatever its size
     */
    public OwnTail(Origin origin, long head, long bytesMax) {
        this.origin = origin;
        this.head = head;
        this.bytesMax = bytesMax;
    }

    public Origin origin() {
        return origin;
    }

    public synchronized long head() {
        return head;
    }

    /** The write after the head, which must be durable. */
    public synchronized void append(Revision revision) {
        if (!revision.dot().equals(new Dot(origin, head + 1))) {
            throw new IllegalArgumentException(revision.dot() + " does not follow " + origin + ":" + head);
        }
        byte[] encoded = RevisionCodec.encode(revision);
        head++;
        bytes += encoded.length;
        writes.put(head, encoded);
        while (bytes > bytesMax && writes.size() > 1) {
            byte[] oldest = writes.remove(head - writes.size() + 1);
            bytes -= oldest == null ? 0 : oldest.length;
        }
    }

    /** What follows: at least one write if there is any, then as many as fit; null if some are not held any more. */
    public synchronized @Nullable List<byte[]> read(long after, int bytesLimit) {
        if (after < head - writes.size()) {
            return null;
        }
        List<byte[]> picked = new ArrayList<>();
        long size = 0;
        for (long seq = after + 1; seq <= head; seq++) {
            byte[] write = writes.get(seq);
            size += write == null ? 0 : write.length;
            if (write == null || (!picked.isEmpty() && size > bytesLimit)) {
                break;
            }
            picked.add(write);
        }
        return picked;
    }
}
