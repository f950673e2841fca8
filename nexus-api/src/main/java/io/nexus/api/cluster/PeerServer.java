package io.nexus.api.cluster;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.util.MutableHandlerRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** The gRPC server of the peer port, with the settings that {@link PeerChannels} expect. */
public final class PeerServer implements AutoCloseable {
    private static final long PING_MIN_SECONDS = 5;
    private static final int WINDOW_BYTES = 4 << 20;
    private static final int MESSAGE_BYTES = 8 << 20;
    private static final long DRAIN_SECONDS = 2;

    private final Server server;
    private final MutableHandlerRegistry later = new MutableHandlerRegistry();

    /**
     * A server that is not started yet.
     *
     * @param listen port 0 takes a free one
     * @param executor runs the services; not closed by this object
     */
    public PeerServer(
            InetSocketAddress listen, NodeIdentity identity, List<BindableService> services, Executor executor) {
        NettyServerBuilder builder = NettyServerBuilder.forAddress(listen)
                .executor(executor)
                .intercept(new PeerGate(identity))
                .permitKeepAliveTime(PING_MIN_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .keepAliveTime(2 * PING_MIN_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(PING_MIN_SECONDS, TimeUnit.SECONDS)
                .flowControlWindow(WINDOW_BYTES)
                .maxInboundMessageSize(MESSAGE_BYTES);
        services.forEach(builder::addService);
        builder.fallbackHandlerRegistry(later);
        this.server = builder.build();
    }

    /**
     * Opens the port.
     *
     * @throws IOException if the address is taken
     */
    public void start() throws IOException {
        server.start();
    }

    /** Serves one more from now on: what a node can offer only once it is in a cluster. */
    public void add(BindableService service) {
        later.addService(service);
    }

    public int port() {
        return server.getPort();
    }

    /** Ends all calls at once, as a dying process does. */
    void cut() {
        server.shutdownNow();
        try {
            server.awaitTermination(DRAIN_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Refuses new calls, gives running ones two seconds, then cuts them. Blocks so long. */
    @Override
    public void close() {
        server.shutdown();
        try {
            if (!server.awaitTermination(DRAIN_SECONDS, TimeUnit.SECONDS)) {
                server.shutdownNow();
            }
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
