package io.nexus.api.feed;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.nexus.api.peer.v1.CatchUpChunk;
import io.nexus.api.peer.v1.StreamPosition;
import io.nexus.api.peer.v1.TailBatch;
import io.nexus.crdt.CorruptBytes;
import io.nexus.crdt.Cursor;
import io.nexus.crdt.Position;
import io.nexus.crdt.PositionCodec;
import io.nexus.crdt.RowChange;
import io.nexus.crdt.RowCodec;
import io.nexus.crdt.Verdict;
import java.util.List;
import java.util.zip.CRC32C;

/** Between messages and values of the read side. Stateless. */
final class Wire {
    private Wire() {}

    static Cursor cursor(StreamPosition from) {
        return new Cursor(from.getStream(), from.getIncarnation(), from.getNonce(), from.getSeq());
    }

    static StreamPosition position(Cursor cursor) {
        return StreamPosition.newBuilder()
                .setStream(cursor.stream())
                .setIncarnation(cursor.incarnation())
                .setNonce(cursor.nonce())
                .setSeq(cursor.seq())
                .build();
    }

    static TailBatch.Verdict verdict(Verdict verdict) {
        return switch (verdict) {
            case STEPS -> TailBatch.Verdict.STEPS;
            case TOO_OLD -> TailBatch.Verdict.TOO_OLD;
            case FORK -> TailBatch.Verdict.FORK;
            case NOT_HERE -> TailBatch.Verdict.NOT_HERE;
            case BEHIND -> TailBatch.Verdict.BEHIND;
            case FULL -> TailBatch.Verdict.FULL;
        };
    }

    /** A verdict that this version does not know is one that gives no steps. */
    static Verdict verdict(TailBatch.Verdict verdict) {
        return switch (verdict) {
            case STEPS -> Verdict.STEPS;
            case TOO_OLD -> Verdict.TOO_OLD;
            case FORK -> Verdict.FORK;
            case BEHIND -> Verdict.BEHIND;
            case FULL -> Verdict.FULL;
            case NOT_HERE, UNRECOGNIZED -> Verdict.NOT_HERE;
        };
    }

    static CatchUpChunk chunk(List<RowChange> rows) {
        byte[] bytes = RowCodec.encode(rows);
        return CatchUpChunk.newBuilder()
                .setRows(UnsafeByteOperations.unsafeWrap(bytes))
                .setCrc32C(crc(bytes))
                .build();
    }

    static CatchUpChunk last(Position position) {
        byte[] bytes = PositionCodec.encode(position);
        return CatchUpChunk.newBuilder()
                .setLast(true)
                .setPosition(UnsafeByteOperations.unsafeWrap(bytes))
                .setCrc32C(crc(bytes))
                .build();
    }

    /** @throws CorruptBytes if the chunk is not what was sent */
    static List<RowChange> rows(CatchUpChunk chunk) {
        return RowCodec.decode(checked(chunk.getRows(), chunk.getCrc32C()));
    }

    /** @throws CorruptBytes if the chunk is not what was sent */
    static Position position(CatchUpChunk last) {
        return PositionCodec.decode(checked(last.getPosition(), last.getCrc32C()));
    }

    /** @throws CorruptBytes if the bytes are not what was sent */
    static byte[] checked(ByteString part, int crc) {
        byte[] bytes = part.toByteArray();
        if (crc(bytes) != crc) {
            throw new CorruptBytes("bytes with a wrong checksum");
        }
        return bytes;
    }

    static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length);
        return (int) crc.getValue();
    }
}
