package io.nexus.api.feed;

import io.grpc.Channel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.nexus.api.peer.v1.CatchUpChunk;
import io.nexus.api.peer.v1.CatchUpRequest;
import io.nexus.api.peer.v1.FeedServiceGrpc;
import org.jspecify.annotations.Nullable;

/**
 * One CatchUp call to one peer. At most {@value #IN_FLIGHT} chunks wait to be taken; each {@link #taken} asks for one
 * more. Answers come on gRPC's threads, in order.
 */
final class CatchUpCall {
    static final int IN_FLIGHT = 8;

    private final Answers answers;
    private volatile @Nullable ClientCallStreamObserver<CatchUpRequest> call;

    /** Called on gRPC's threads: must not block. */
    interface Answers {
        void chunk(CatchUpChunk chunk);

        /** After the last chunk, or instead of it: then {@code cause} says why, if the peer did. */
        void ended(@Nullable Throwable cause);
    }

    CatchUpCall(Answers answers) {
        this.answers = answers;
    }

    void start(Channel channel, CatchUpRequest request) {
        FeedServiceGrpc.newStub(channel).catchUp(request, new Responses());
    }

    void taken() {
        ClientCallStreamObserver<CatchUpRequest> started = call;
        if (started != null) {
            started.request(1);
        }
    }

    /** No answer after it but perhaps one that is under way. */
    void cancel() {
        ClientCallStreamObserver<CatchUpRequest> started = call;
        if (started != null) {
            started.cancel("the catch-up was given up", null);
        }
    }

    private final class Responses implements ClientResponseObserver<CatchUpRequest, CatchUpChunk> {
        @Override
        public void beforeStart(ClientCallStreamObserver<CatchUpRequest> out) {
            out.disableAutoRequestWithInitial(IN_FLIGHT);
            call = out;
        }

        @Override
        public void onNext(CatchUpChunk chunk) {
            answers.chunk(chunk);
        }

        @Override
        public void onError(Throwable cause) {
            answers.ended(cause);
        }

        @Override
        public void onCompleted() {
            answers.ended(null);
        }
    }
}
