package io.nexus.api.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.nexus.api.error.GrpcErrors;
import io.nexus.api.error.Problem;
import io.nexus.api.error.ProblemException;
import io.nexus.api.v1.WatchRequest;
import io.nexus.api.v1.WatchResponse;
import io.nexus.api.v1.WatchServiceGrpc;
import io.nexus.api.watch.WatchEvent;
import io.nexus.api.watch.WatchSink;
import io.nexus.api.watch.Watches;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** {@code nexus.v1.WatchService}. What the transport does not take stays in the window of changes, not in a queue. */
public final class WatchEndpoint extends WatchServiceGrpc.WatchServiceImplBase {
    private final Watches watches;

    public WatchEndpoint(Watches watches) {
        this.watches = watches;
    }

    @Override
    public void watch(WatchRequest request, StreamObserver<WatchResponse> responses) {
        ServerCallStreamObserver<WatchResponse> out = (ServerCallStreamObserver<WatchResponse>) responses;
        AtomicReference<Watches.@Nullable Watch> watch = new AtomicReference<>();
        out.setOnReadyHandler(() -> {
            Watches.Watch open = watch.get();
            if (open != null) {
                open.ready();
            }
        });
        out.setOnCancelHandler(() -> {
            Watches.Watch open = watch.get();
            if (open != null) {
                open.cancel();
            }
        });
        try {
            Watches.Watch open = watches.open(WatchMapper.request(request), new Sink(out), "grpc");
            watch.set(open);
            // What was said before nobody heard.
            if (out.isCancelled()) {
                open.cancel();
            } else {
                open.ready();
            }
        } catch (ProblemException e) {
            out.onError(GrpcErrors.of(e.problem()));
        }
    }

    private record Sink(ServerCallStreamObserver<WatchResponse> out) implements WatchSink {
        @Override
        public boolean ready() {
            return out.isReady();
        }

        @Override
        public void send(WatchEvent event, String token) {
            out.onNext(WatchMapper.response(event, token));
        }

        @Override
        public void end(@Nullable Problem why) {
            if (why == null) {
                out.onCompleted();
            } else {
                out.onError(GrpcErrors.of(why));
            }
        }
    }
}
