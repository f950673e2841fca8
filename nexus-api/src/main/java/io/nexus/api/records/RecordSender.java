package io.nexus.api.records;

import io.nexus.api.cluster.PacedStream;
import io.nexus.api.peer.v1.RecordCatchUp;
import io.nexus.api.peer.v1.RecordChunk;
import io.nexus.crdt.records.CatchUp;
import io.nexus.crdt.records.RecordReplica;
import io.nexus.crdt.records.RecordSnapshot;
import io.nexus.crdt.records.Revision;
import io.nexus.crdt.records.VersionVector;
import java.util.List;

/** Sends this node's revisions from one snapshot: what the other does not have, or all. Runs on a bulk thread. */
final class RecordSender implements Runnable {
    private static final int CHUNK_BYTES = 64 << 10;

    private final Records records;
    private final RecordCatchUp request;
    private final PacedStream<RecordChunk> out;

    RecordSender(Records records, RecordCatchUp request, PacedStream<RecordChunk> out) {
        this.records = records;
        this.request = request;
        this.out = out;
    }

    @Override
    public void run() {
        out.run(this::send);
    }

    private void send() throws InterruptedException {
        VersionVector theirs = RecordWire.vector(request.getVector());
        try (RecordSnapshot snapshot = records.store().snapshot()) {
            CatchUp.Kind kind = RecordReplica.kindFor(snapshot.state(), theirs, request.getEverything());
            RecordSnapshot.Cursor cursor = kind == CatchUp.Kind.NEWS ? snapshot.beyond(theirs) : snapshot.all();
            RecordChunk.Builder chunk = RecordChunk.newBuilder()
                    .setKind(RecordWire.kind(kind))
                    .setState(RecordWire.bytes(snapshot.state()));
            for (List<Revision> page = cursor.next(CHUNK_BYTES); !page.isEmpty(); page = cursor.next(CHUNK_BYTES)) {
                RecordWire.put(chunk, page);
                out.send(chunk.build());
                chunk.clear();
            }
            out.send(chunk.setLast(true).build());
        }
    }
}
