package io.nexus.api.records;

import io.grpc.Channel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.nexus.api.peer.v1.RecordFollow;
import io.nexus.api.peer.v1.RecordFrame;
import io.nexus.api.peer.v1.RecordSyncServiceGrpc;
import io.nexus.crdt.records.Origin;
import io.nexus.crdt.records.RevisionCodec;
import org.jspecify.annotations.Nullable;

/**
 * The Follow call to one peer. Frames are handed to the writer thread one by one; each asks for one more when it is
 * taken, so a slow disk here costs the peer nothing. Used by the writer thread; only callbacks come from gRPC.
 */
final class RecordFollower {
    private static final int IN_FLIGHT = 8;

    private final String peer;
    private final RecordThread thread;
    private final Events events;
    private volatile @Nullable ClientCallStreamObserver<RecordFollow> call;
    private volatile long heardNanos = System.nanoTime();
    private boolean over;
    private @Nullable Origin origin;

    /** Called on the writer thread. */
    interface Events {
        void frame(RecordFollower from, RecordFrame frame);

        /** @param cause null if the peer ended the call in good order */
        void ended(RecordFollower from, @Nullable Throwable cause);
    }

    RecordFollower(String peer, RecordThread thread, Events events) {
        this.peer = peer;
        this.thread = thread;
        this.events = events;
    }

    String peer() {
        return peer;
    }

    /** When the peer last said anything, of {@link System#nanoTime}. */
    long heardNanos() {
        return heardNanos;
    }

    boolean over() {
        return over;
    }

    /** Whose writes come in here; null before the first frame and after the end. */
    @Nullable
    Origin origin() {
        return over ? null : origin;
    }

    void open(Channel channel, RecordFollow request) {
        RecordSyncServiceGrpc.newStub(channel).follow(request, new Frames());
    }

    void close(String why) {
        over = true;
        ClientCallStreamObserver<RecordFollow> started = call;
        if (started != null) {
            started.cancel(why, null);
        }
    }

    private void take(RecordFrame frame) {
        if (over) {
            return;
        }
        origin = RevisionCodec.decodeOrigin(frame.getOrigin().toByteArray());
        events.frame(this, frame);
        ClientCallStreamObserver<RecordFollow> started = call;
        if (started != null && !over) {
            started.request(1);
        }
    }

    private final class Frames implements ClientResponseObserver<RecordFollow, RecordFrame> {
        @Override
        public void beforeStart(ClientCallStreamObserver<RecordFollow> out) {
            out.disableAutoRequestWithInitial(IN_FLIGHT);
            call = out;
        }

        @Override
        public void onNext(RecordFrame frame) {
            heardNanos = System.nanoTime();
            thread.offer(() -> take(frame));
        }

        @Override
        public void onError(Throwable cause) {
            end(cause);
        }

        @Override
        public void onCompleted() {
            end(null);
        }

        private void end(@Nullable Throwable cause) {
            thread.offer(() -> {
                if (!over) {
                    over = true;
                    events.ended(RecordFollower.this, cause);
                }
            });
        }
    }
}
