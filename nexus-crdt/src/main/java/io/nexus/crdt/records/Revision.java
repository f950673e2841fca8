package io.nexus.crdt.records;

import io.nexus.crdt.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * What one write made of a record.
 *
 * @param key of the record; letters, digits and punctuation of ASCII
 * @param length causal length: odd while the record exists, even for a tombstone. It tells generations apart for
 *     readers and decides nothing.
 * @param hlc stamp of the write, see {@link Hlc}
 * @param dot of the write
 * @param context other writes of this record that the writer had seen, or that lost against this one since; differs
 *     between replicas
 * @param value null in a tombstone; owned by the revision, not to be modified
 */
@SuppressWarnings("ArrayRecordComponent") // the dot says which revision this is
public record Revision(String key, int length, long hlc, Dot dot, VersionVector context, byte @Nullable [] value) {

    /** The last writer wins; the node decides between equal stamps. Extends causality, because writers observe. */
    public static final Comparator<Revision> ORDER =
            Comparator.comparingLong(Revision::hlc).thenComparing(Revision::dot);

    public Revision {
        if ((length & 1) == 1 != (value != null)) {
            throw new IllegalArgumentException("record " + key + " of length " + length + " is half deleted");
        }
    }

    public boolean live() {
        return value != null;
    }

    public boolean knew(Dot other) {
        return dot.equals(other) || context.covers(other);
    }

    public Revision withContext(VersionVector newContext) {
        return new Revision(key, length, hlc, dot, newContext, value);
    }

    /**
     * What this adds to a replica's digest: nothing for a tombstone, which replicas drop at different times. The context
     * is left out, because replicas may differ in it.
     */
    public Digest digest() {
        byte[] bytes = value;
        if (bytes == null) {
            return Digest.ZERO;
        }
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        ByteBuffer what = ByteBuffer.allocate(name.length + 24).put(name).putLong(hlc);
        what.putLong(dot.origin().node().getMostSignificantBits());
        what.putLong(dot.origin().node().getLeastSignificantBits());
        return Digest.of(what.array(), bytes);
    }
}
