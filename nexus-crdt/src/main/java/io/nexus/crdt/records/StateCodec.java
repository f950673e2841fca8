package io.nexus.crdt.records;

import io.nexus.crdt.CorruptBytes;
import io.nexus.crdt.Digest;
import java.nio.ByteBuffer;

/**
 * What a replica keeps and says beside its revisions. Vectors and revisions as {@link RevisionCodec} writes them. Part of
 * the durable format. Stateless; decoding fails with {@link CorruptBytes}.
 */
public final class StateCodec {
    static final byte VERSION = 1;
    private static final int FIXED = 1 + 4 * 8;
    private static final int CONFLICT = 1 + 2 * 8 + 32;

    private StateCodec() {}

    public static byte[] encode(RecordState state) {
        ByteBuffer out = ByteBuffer.allocate(FIXED
                + RevisionCodec.size(state.vector())
                + RevisionCodec.size(state.collected())
                + RevisionCodec.size(state.ahead()));
        out.put(VERSION);
        RevisionCodec.put(out, state.vector());
        RevisionCodec.put(out, state.collected());
        RevisionCodec.put(out, state.ahead());
        out.putLong(state.digest().hi()).putLong(state.digest().lo());
        out.putLong(state.live()).putLong(state.clock());
        return out.array();
    }

    public static RecordState decode(byte[] bytes) {
        ByteBuffer in = versioned(bytes, FIXED);
        VersionVector vector = RevisionCodec.takeVector(in);
        VersionVector collected = RevisionCodec.takeVector(in);
        VersionVector ahead = RevisionCodec.takeVector(in);
        RevisionCodec.require(in, 4 * 8);
        Digest digest = new Digest(in.getLong(), in.getLong());
        return new RecordState(vector, collected, ahead, digest, in.getLong(), in.getLong());
    }

    public static byte[] encode(Conflict conflict) {
        byte[] loser = RevisionCodec.encode(conflict.loser());
        ByteBuffer out = ByteBuffer.allocate(CONFLICT + loser.length);
        out.put(VERSION).putLong(conflict.detectedMillis()).putLong(conflict.winnerHlc());
        out.put(RevisionCodec.encode(conflict.winner().origin()));
        return out.putLong(conflict.winner().seq()).put(loser).array();
    }

    public static Conflict decodeConflict(byte[] bytes) {
        ByteBuffer in = versioned(bytes, CONFLICT);
        long detected = in.getLong();
        long hlc = in.getLong();
        Dot winner = new Dot(RevisionCodec.takeOrigin(in), in.getLong());
        byte[] loser = new byte[in.remaining()];
        in.get(loser);
        return new Conflict(detected, hlc, winner, RevisionCodec.decode(loser));
    }

    private static ByteBuffer versioned(byte[] bytes, int least) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        RevisionCodec.require(in, least);
        byte version = in.get();
        if (version != VERSION) {
            throw new CorruptBytes("replica state of version " + version + ", known is " + VERSION);
        }
        return in;
    }
}
