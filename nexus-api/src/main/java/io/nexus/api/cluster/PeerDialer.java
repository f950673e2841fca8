package io.nexus.api.cluster;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.util.concurrent.TimeUnit;

/**
 * Opens channels to peer ports. Names are resolved again at each reconnect. A connection without answer is given up
 * after two seconds: what lies in its send buffer counts, so that a healed network is used at once instead of after
 * TCP's next retransmission. (gRPC's own pings cannot be more frequent than every ten seconds.)
 */
final class PeerDialer {
    static final Metadata.Key<String> CLUSTER = Metadata.Key.of("nexus-cluster-id", Metadata.ASCII_STRING_MARSHALLER);
    static final Metadata.Key<String> NODE = Metadata.Key.of("nexus-node-id", Metadata.ASCII_STRING_MARSHALLER);

    private static final long PING_SECONDS = 10;
    private static final long PING_TIMEOUT_SECONDS = 2;
    /** What may be under way to a slow receiver: little where others wait behind it, more where nobody does. */
    private static final int LIVE_WINDOW_BYTES = 1 << 20;

    private static final int BULK_WINDOW_BYTES = 4 << 20;
    private static final int MESSAGE_BYTES = 8 << 20;

    private final Metadata headers = new Metadata();

    /** @param clusterId empty while the node belongs to none */
    PeerDialer(String clusterId, String selfId) {
        if (!clusterId.isEmpty()) {
            headers.put(CLUSTER, clusterId);
        }
        headers.put(NODE, selfId);
    }

    /** A new channel, to be closed by the caller; connects when it is first used. */
    ManagedChannel dial(String address) {
        return dial(address, LIVE_WINDOW_BYTES);
    }

    /** Like {@link #dial}, for transfers of whole segments. */
    ManagedChannel dialBulk(String address) {
        return dial(address, BULK_WINDOW_BYTES);
    }

    private ManagedChannel dial(String address, int windowBytes) {
        int colon = address.lastIndexOf(':');
        String host = address.substring(0, colon);
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return NettyChannelBuilder.forAddress(bare, Integer.parseInt(address.substring(colon + 1)))
                .usePlaintext()
                .intercept(MetadataUtils.newAttachHeadersInterceptor(headers))
                .keepAliveTime(PING_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(PING_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .keepAliveWithoutCalls(true)
                .flowControlWindow(windowBytes)
                .maxInboundMessageSize(MESSAGE_BYTES)
                .build();
    }
}
