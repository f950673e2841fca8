package io.nexus.api.grpc;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.nexus.api.metrics.Meters;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The gRPC server of the public API. Calls run on the event loop: services never block. Health is SERVING from
 * {@link #serving} to {@link #drain}: whoever asks for it wants lookups, and those need no quorum.
 */
public final class GrpcServer implements AutoCloseable {
    private static final int MESSAGE_BYTES_MAX = 64 << 10;
    private static final int METADATA_BYTES_MAX = 8 << 10;
    private static final long HANDSHAKE_SECONDS = 5;
    private static final long KEEPALIVE_PERMIT_SECONDS = 30;
    private static final long IDLE_MINUTES = 5;
    private static final int RESETS_MAX = 200;
    private static final int RESETS_WINDOW_SECONDS = 10;
    private static final long STOP_SECONDS = 5;

    private final Settings settings;
    private final List<BindableService> services;
    private final Meters meters;
    private final HealthStatusManager health = new HealthStatusManager();
    private @Nullable Server server;

    /**
     * What an operator sets.
     *
     * @param address where to listen; port 0: any free one
     * @param callsPerConnection in progress; the client holds back further ones
     */
    public record Settings(
            InetSocketAddress address, int callsPerConnection, Duration defaultDeadline, Duration maxDeadline) {}

    public GrpcServer(Settings settings, List<BindableService> services, Meters meters) {
        this.settings = settings;
        this.services = List.copyOf(services);
        this.meters = meters;
    }

    /** Listens when it returns. Throws IOException if the address cannot be bound. */
    public void start() throws IOException {
        NettyServerBuilder builder = NettyServerBuilder.forAddress(settings.address())
                .directExecutor()
                .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                .maxInboundMetadataSize(METADATA_BYTES_MAX)
                .maxConcurrentCallsPerConnection(settings.callsPerConnection())
                .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveTime(KEEPALIVE_PERMIT_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(false)
                .maxConnectionIdle(IDLE_MINUTES, TimeUnit.MINUTES)
                .maxRstFramesPerWindow(RESETS_MAX, RESETS_WINDOW_SECONDS)
                .addService(health.getHealthService())
                .addService(ProtoReflectionServiceV1.newInstance());
        MetricsInterceptor metrics = new MetricsInterceptor(meters);
        DeadlineInterceptor deadlines =
                new DeadlineInterceptor(settings.defaultDeadline(), settings.maxDeadline(), meters);
        for (BindableService service : services) {
            builder.addService(ServerInterceptors.intercept(service, deadlines, metrics));
        }
        report(ServingStatus.NOT_SERVING);
        server = builder.build().start();
    }

    /** Tells load balancers that lookups are answered from now on. */
    public void serving() {
        report(ServingStatus.SERVING);
    }

    private void report(ServingStatus status) {
        health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
        services.forEach(service ->
                health.setStatus(service.bindService().getServiceDescriptor().getName(), status));
    }

    /** The port that it listens on; only between start and close. */
    public int port() {
        Server running = server;
        if (running == null) {
            throw new IllegalStateException("not started");
        }
        return running.getPort();
    }

    /** Tells load balancers to go elsewhere, takes no new connections or calls; those under way go on. Does not wait. */
    public void drain() {
        health.enterTerminalState();
        Server running = server;
        if (running != null) {
            running.shutdown();
        }
    }

    /** Waits some seconds for calls under way, then ends them. Idempotent. */
    @Override
    public void close() {
        drain();
        Server running = server;
        if (running == null) {
            return;
        }
        try {
            if (!running.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                running.shutdownNow().awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            running.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
