package io.nexus.api.feed;

import io.grpc.Channel;
import io.nexus.api.peer.v1.CatchUpChunk;
import io.nexus.api.peer.v1.CatchUpRequest;
import io.nexus.crdt.Position;
import io.nexus.crdt.RowChange;
import io.nexus.statemachine.storage.SegmentStore;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A whole segment on its way from a peer into a new generation of the store. Writer thread only, but for the callbacks
 * of gRPC, which hand over to it.
 */
final class SegmentFetch implements CatchUpCall.Answers {
    private final long session;
    private final SegmentStore.Install install;
    private final Executor writer;
    private final Events events;
    private final CatchUpCall call = new CatchUpCall(this);
    private volatile long heardNanos = System.nanoTime();
    private boolean over;

    /** Called on the writer thread, until the fetch is finished or abandoned. */
    interface Events {
        void chunk(long session, CatchUpChunk chunk);

        /** The call is over; {@code cause} is null if the peer ended it in good order. */
        void ended(long session, @Nullable Throwable cause);
    }

    SegmentFetch(long session, SegmentStore.Install install, Executor writer, Events events) {
        this.session = session;
        this.install = install;
        this.writer = writer;
        this.events = events;
    }

    long session() {
        return session;
    }

    long heardNanos() {
        return heardNanos;
    }

    void start(Channel channel, CatchUpRequest request) {
        call.start(channel, request);
    }

    void put(List<RowChange> rows) {
        for (RowChange row : rows) {
            byte[] value = row.value();
            if (value == null) {
                throw new IllegalArgumentException("a deleted row in a whole segment");
            }
            install.put(row.key(), value);
        }
    }

    /** Blocks on the flush. Throws what {@link SegmentStore.Install#finish} throws; then it is to be abandoned. */
    void finish(Position position) {
        install.finish(position);
        over = true;
        install.close();
    }

    void abandon() {
        if (!over) {
            over = true;
            call.cancel();
            install.close();
        }
    }

    @Override
    public void chunk(CatchUpChunk chunk) {
        heardNanos = System.nanoTime();
        writer.execute(() -> {
            if (!over) {
                events.chunk(session, chunk);
                call.taken();
            }
        });
    }

    @Override
    public void ended(@Nullable Throwable cause) {
        writer.execute(() -> {
            if (!over) {
                events.ended(session, cause);
            }
        });
    }
}
