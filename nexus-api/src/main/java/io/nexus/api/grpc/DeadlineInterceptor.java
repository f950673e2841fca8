package io.nexus.api.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.nexus.api.metrics.Meters;
import io.nexus.api.metrics.MetricNames;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Gives every call a deadline of {@link System#nanoTime}: the caller's, bounded, or the default. */
public final class DeadlineInterceptor implements ServerInterceptor {
    private static final Context.Key<Long> DEADLINE_NANOS = Context.key("nexus-deadline-nanos");

    private final long defaultNanos;
    private final long maxNanos;
    private final Meters meters;

    public DeadlineInterceptor(Duration byDefault, Duration max, Meters meters) {
        this.defaultNanos = byDefault.toNanos();
        this.maxNanos = max.toNanos();
        this.meters = meters;
    }

    /** Of the call that this thread is starting. */
    static long deadlineNanos() {
        Long deadline = DEADLINE_NANOS.get();
        if (deadline == null) {
            throw new IllegalStateException("DeadlineInterceptor is not installed");
        }
        return deadline;
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        Deadline given = Context.current().getDeadline();
        // A watch has no end and hence no deadline.
        if (given == null && call.getMethodDescriptor().getType().serverSendsOneMessage()) {
            meters.counter(MetricNames.DEADLINE_DEFAULTED).inc();
        }
        long left = given == null ? defaultNanos : Math.min(maxNanos, given.timeRemaining(TimeUnit.NANOSECONDS));
        Context context = Context.current().withValue(DEADLINE_NANOS, System.nanoTime() + left);
        return Contexts.interceptCall(context, call, headers, next);
    }
}
