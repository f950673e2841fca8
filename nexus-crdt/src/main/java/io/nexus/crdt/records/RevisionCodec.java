package io.nexus.crdt.records;

import io.nexus.crdt.CorruptBytes;
import io.nexus.crdt.Vint;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Revisions and version vectors as they lie on disk and travel: version, key, length, stamp, dot, context, value. Numbers
 * are big-endian, lengths are {@link Vint}. Part of the durable format. Stateless; decoding fails with
 * {@link CorruptBytes}.
 */
public final class RevisionCodec {
    static final byte VERSION = 1;
    private static final int ORIGIN = 24;
    private static final int ENTRY = ORIGIN + 8;
    private static final int FIXED = 1 + 8 + ENTRY;

    private RevisionCodec() {}

    public static byte[] encode(Revision revision) {
        byte[] key = revision.key().getBytes(StandardCharsets.UTF_8);
        byte[] value = revision.value() == null ? new byte[0] : revision.value();
        ByteBuffer out = ByteBuffer.allocate(FIXED
                + Vint.size(key.length)
                + key.length
                + Vint.size(revision.length())
                + size(revision.context())
                + Vint.size(value.length)
                + value.length);
        out.put(VERSION);
        put(out, key);
        Vint.put(out, revision.length());
        out.putLong(revision.hlc());
        put(out, revision.dot().origin());
        out.putLong(revision.dot().seq());
        put(out, revision.context());
        put(out, value);
        return out.array();
    }

    public static Revision decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        Revision revision = take(in);
        if (in.hasRemaining()) {
            throw new CorruptBytes(in.remaining() + " bytes after a revision");
        }
        return revision;
    }

    /** Revisions one after the other. */
    public static List<Revision> decodeAll(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        List<Revision> revisions = new ArrayList<>();
        while (in.hasRemaining()) {
            revisions.add(take(in));
        }
        return revisions;
    }

    private static Revision take(ByteBuffer in) {
        require(in, 1);
        byte version = in.get();
        if (version != VERSION) {
            throw new CorruptBytes("revision of version " + version + ", known is " + VERSION);
        }
        String key = new String(take(in, Vint.get(in)), StandardCharsets.UTF_8);
        int length = Vint.get(in);
        require(in, 8 + ENTRY);
        long hlc = in.getLong();
        Dot dot = new Dot(takeOrigin(in), in.getLong());
        VersionVector context = takeVector(in);
        byte[] value = take(in, Vint.get(in));
        boolean live = (length & 1) == 1;
        if (!live && value.length > 0) {
            throw new CorruptBytes("tombstone with a value");
        }
        return new Revision(key, length, hlc, dot, context, live ? value : null);
    }

    public static byte[] encode(VersionVector vector) {
        ByteBuffer out = ByteBuffer.allocate(size(vector));
        put(out, vector);
        return out.array();
    }

    public static VersionVector decodeVector(byte[] bytes) {
        return takeVector(ByteBuffer.wrap(bytes));
    }

    /** The inverse of encoding an origin. */
    public static Origin decodeOrigin(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        require(in, ORIGIN);
        return takeOrigin(in);
    }

    /** Always {@value #ORIGIN} bytes; a node's later incarnations sort after its earlier ones. */
    public static byte[] encode(Origin origin) {
        ByteBuffer out = ByteBuffer.allocate(ORIGIN);
        put(out, origin);
        return out.array();
    }

    static int size(VersionVector vector) {
        return Vint.size(vector.seqs().size()) + vector.seqs().size() * ENTRY;
    }

    static void put(ByteBuffer out, VersionVector vector) {
        Vint.put(out, vector.seqs().size());
        vector.seqs().forEach((origin, seq) -> {
            put(out, origin);
            out.putLong(seq);
        });
    }

    static VersionVector takeVector(ByteBuffer in) {
        int entries = Vint.get(in);
        require(in, (long) entries * ENTRY);
        SortedMap<Origin, Long> seqs = new TreeMap<>();
        for (int i = 0; i < entries; i++) {
            seqs.put(takeOrigin(in), in.getLong());
        }
        return new VersionVector(seqs);
    }

    private static void put(ByteBuffer out, Origin origin) {
        out.putLong(origin.node().getMostSignificantBits());
        out.putLong(origin.node().getLeastSignificantBits());
        out.putLong(origin.incarnation());
    }

    static Origin takeOrigin(ByteBuffer in) {
        return new Origin(new UUID(in.getLong(), in.getLong()), in.getLong());
    }

    private static void put(ByteBuffer out, byte[] bytes) {
        Vint.put(out, bytes.length);
        out.put(bytes);
    }

    private static byte[] take(ByteBuffer in, int length) {
        require(in, length);
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    static void require(ByteBuffer in, long bytes) {
        if (bytes > in.remaining()) {
            throw new CorruptBytes(bytes + " bytes expected where " + in.remaining() + " are left");
        }
    }
}
