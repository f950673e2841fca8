package io.nexus.api.records;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.nexus.api.peer.v1.RecordChunk;
import io.nexus.api.peer.v1.RecordFrame;
import io.nexus.crdt.CorruptBytes;
import io.nexus.crdt.records.CatchUp;
import io.nexus.crdt.records.RecordState;
import io.nexus.crdt.records.Revision;
import io.nexus.crdt.records.RevisionCodec;
import io.nexus.crdt.records.StateCodec;
import io.nexus.crdt.records.VersionVector;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** Between messages and values of the records. Stateless; reading fails with {@link CorruptBytes}. */
final class RecordWire {
    private RecordWire() {}

    static ByteString bytes(VersionVector vector) {
        return UnsafeByteOperations.unsafeWrap(RevisionCodec.encode(vector));
    }

    static VersionVector vector(ByteString bytes) {
        return RevisionCodec.decodeVector(bytes.toByteArray());
    }

    static ByteString bytes(RecordState state) {
        return UnsafeByteOperations.unsafeWrap(StateCodec.encode(state));
    }

    static RecordState state(ByteString bytes) {
        return StateCodec.decode(bytes.toByteArray());
    }

    /** @param writes encoded, and not changed any more */
    static void put(RecordFrame.Builder frame, List<byte[]> writes) {
        CRC32C crc = new CRC32C();
        for (byte[] write : writes) {
            crc.update(write);
            frame.addWrites(UnsafeByteOperations.unsafeWrap(write));
        }
        frame.setCrc32C((int) crc.getValue());
    }

    static List<Revision> writes(RecordFrame frame) {
        CRC32C crc = new CRC32C();
        List<Revision> writes = new ArrayList<>(frame.getWritesCount());
        for (ByteString write : frame.getWritesList()) {
            byte[] bytes = write.toByteArray();
            crc.update(bytes);
            writes.add(RevisionCodec.decode(bytes));
        }
        require((int) crc.getValue() == frame.getCrc32C());
        return writes;
    }

    static void put(RecordChunk.Builder chunk, List<Revision> revisions) {
        ByteString.Output out = ByteString.newOutput();
        CRC32C crc = new CRC32C();
        for (Revision revision : revisions) {
            byte[] bytes = RevisionCodec.encode(revision);
            crc.update(bytes);
            out.write(bytes, 0, bytes.length);
        }
        chunk.setRevisions(out.toByteString()).setCrc32C((int) crc.getValue());
    }

    static List<Revision> revisions(RecordChunk chunk) {
        byte[] bytes = chunk.getRevisions().toByteArray();
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        require((int) crc.getValue() == chunk.getCrc32C());
        return RevisionCodec.decodeAll(bytes);
    }

    private static void require(boolean intact) {
        if (!intact) {
            throw new CorruptBytes("records with a wrong checksum");
        }
    }

    static RecordChunk.Kind kind(CatchUp.Kind kind) {
        return switch (kind) {
            case NEWS -> RecordChunk.Kind.NEWS;
            case ABSENCE -> RecordChunk.Kind.ABSENCE;
            case UNION -> RecordChunk.Kind.UNION;
        };
    }

    static CatchUp.Kind kind(RecordChunk.Kind kind) {
        return switch (kind) {
            case NEWS -> CatchUp.Kind.NEWS;
            case ABSENCE -> CatchUp.Kind.ABSENCE;
            case UNION -> CatchUp.Kind.UNION;
            case UNRECOGNIZED -> throw new CorruptBytes("a transfer of a kind that is not known");
        };
    }
}
