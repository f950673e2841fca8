package io.nexus.api.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.nexus.api.metrics.Meters;
import io.nexus.api.metrics.MetricNames;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Counts and times the calls, those too that the caller gave up. */
public final class MetricsInterceptor implements ServerInterceptor {
    private final Meters meters;

    public MetricsInterceptor(Meters meters) {
        this.meters = meters;
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        Measured<Q, R> measured = new Measured<>(call);
        return new SimpleForwardingServerCallListener<>(next.startCall(measured, headers)) {
            @Override
            public void onCancel() {
                measured.finished(Status.Code.CANCELLED);
                super.onCancel();
            }
        };
    }

    private final class Measured<Q, R> extends SimpleForwardingServerCall<Q, R> {
        private final long startNanos = System.nanoTime();
        private final AtomicBoolean finished = new AtomicBoolean();

        Measured(ServerCall<Q, R> call) {
            super(call);
        }

        @Override
        public void close(Status status, Metadata trailers) {
            finished(status.getCode());
            super.close(status, trailers);
        }

        void finished(Status.Code code) {
            if (finished.compareAndSet(false, true)) {
                String method = getMethodDescriptor().getFullMethodName();
                meters.counter(MetricNames.GRPC_REQUESTS, "method", method, "code", code.name())
                        .inc();
                if (getMethodDescriptor().getType().serverSendsOneMessage()) {
                    meters.timer(MetricNames.GRPC_LATENCY, "method", method)
                            .update(System.nanoTime() - startNanos, TimeUnit.NANOSECONDS);
                }
            }
        }
    }
}
