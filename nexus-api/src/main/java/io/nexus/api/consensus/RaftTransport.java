package io.nexus.api.consensus;

import java.util.EnumSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;

/**
 * What we change in Ratis' own gRPC server: two threads instead of a pool without limit, and nobody but members may
 * call. Clients and administration come through this JVM, so their services on the port would only be a way in.
 */
final class RaftTransport implements GrpcServices.Customizer, AutoCloseable {
    private static final int THREADS = 2;
    private static final String MEMBERS_SERVICE = "RaftServerProtocolService";

    private final AddresseeCheck addressee;
    private final AtomicInteger threads = new AtomicInteger();
    private final ExecutorService executor = Executors.newFixedThreadPool(THREADS, task -> {
        Thread thread = new Thread(task, "raft-grpc-" + threads.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    });

    /** @param nodeId of this node: what is meant for others is refused */
    RaftTransport(String nodeId) {
        this.addressee = new AddresseeCheck(nodeId);
    }

    void customize(Parameters parameters) {
        GrpcConfigKeys.Server.setServicesCustomizer(parameters, this);
    }

    @Override
    public NettyServerBuilder customize(NettyServerBuilder builder, EnumSet<GrpcServices.Type> types) {
        // The last one given looks first.
        return builder.executor(executor).intercept(addressee).intercept(new MembersOnly());
    }

    @Override
    public void close() {
        executor.shutdown();
    }

    private static final class MembersOnly implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            String service = call.getMethodDescriptor().getServiceName();
            if (service != null && service.endsWith(MEMBERS_SERVICE)) {
                return next.startCall(call, headers);
            }
            call.close(
                    Status.PERMISSION_DENIED.withDescription("only members of the group may call this port"),
                    new Metadata());
            return new ServerCall.Listener<>() {};
        }
    }
}
