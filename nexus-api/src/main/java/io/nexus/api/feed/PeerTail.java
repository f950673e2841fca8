package io.nexus.api.feed;

import io.grpc.Channel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.nexus.api.peer.v1.FeedServiceGrpc;
import io.nexus.api.peer.v1.TailBatch;
import io.nexus.api.peer.v1.TailRequest;
import io.nexus.crdt.Cursor;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The Tail call to one peer, for all streams that are followed there. Answers are handed to the writer one by one; so
 * many are in flight as the writer can take. Used by the writer thread; only the callbacks come from gRPC.
 */
final class PeerTail {
    private static final int IN_FLIGHT = 8;

    private final String peer;
    private final String selfId;
    private final String clusterId;
    private final Executor writer;
    private final Events events;
    private volatile @Nullable ClientCallStreamObserver<TailRequest> call;
    private volatile long heardNanos = System.nanoTime();
    private volatile boolean over;

    /** Called on the writer thread. */
    interface Events {
        void batch(PeerTail from, TailBatch batch);

        /** The call is over; {@code cause} is null if the peer ended it in good order. */
        void ended(PeerTail tail, @Nullable Throwable cause);
    }

    PeerTail(String peer, String selfId, String clusterId, Executor writer, Events events) {
        this.peer = peer;
        this.selfId = selfId;
        this.clusterId = clusterId;
        this.writer = writer;
        this.events = events;
    }

    String peer() {
        return peer;
    }

    /** When the peer last sent anything, of {@link System#nanoTime}. */
    long heardNanos() {
        return heardNanos;
    }

    void open(Channel channel) {
        FeedServiceGrpc.newStub(channel).tail(new Answers());
    }

    void subscribe(Cursor from) {
        send(request().addSubscribe(Wire.position(from)));
    }

    void unsubscribe(int stream) {
        send(request().addUnsubscribe(stream));
    }

    void acknowledge(Cursor applied) {
        ClientCallStreamObserver<TailRequest> out = call;
        if (out != null && out.isReady()) {
            send(request().addApplied(Wire.position(applied)));
        }
    }

    void close() {
        over = true;
        ClientCallStreamObserver<TailRequest> out = call;
        if (out != null) {
            out.cancel("no stream is followed here any more", null);
        }
    }

    private TailRequest.Builder request() {
        return TailRequest.newBuilder().setClusterId(clusterId).setFrom(selfId);
    }

    private void send(TailRequest.Builder request) {
        ClientCallStreamObserver<TailRequest> out = call;
        if (out != null && !over) {
            out.onNext(request.build());
        }
    }

    private final class Answers implements ClientResponseObserver<TailRequest, TailBatch> {
        @Override
        public void beforeStart(ClientCallStreamObserver<TailRequest> out) {
            out.disableAutoRequestWithInitial(IN_FLIGHT);
            call = out;
        }

        @Override
        public void onNext(TailBatch batch) {
            heardNanos = System.nanoTime();
            writer.execute(() -> take(batch));
        }

        private void take(TailBatch batch) {
            if (over) {
                return;
            }
            events.batch(PeerTail.this, batch);
            ClientCallStreamObserver<TailRequest> out = call;
            if (out != null && !over) {
                out.request(1);
            }
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
            writer.execute(() -> {
                if (!over) {
                    over = true;
                    events.ended(PeerTail.this, cause);
                }
            });
        }
    }
}
