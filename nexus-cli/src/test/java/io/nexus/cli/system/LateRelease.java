package io.nexus.cli.system;

import io.nexus.api.client.NexusClient;
import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.Consistency;
import io.nexus.api.v1.LookupRequest;
import io.nexus.api.v1.ReleaseRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A gateway that sends a release to a node that stands still, gives up, and keeps its subscriber's address. */
final class LateRelease implements AutoCloseable {
    private static final String SUBSCRIBER = "gave-up-its-release";

    private final NexusClient gateway;
    private final String pool;
    private CompletableFuture<?> release = CompletableFuture.completedFuture(null);

    LateRelease(String node, String pool) {
        this.gateway = new NexusClient(List.of(node), Duration.ofSeconds(8));
        this.pool = pool;
    }

    /** Connects, too: only on a connection that stands does a request reach a node that does not run. */
    void allocate() {
        gateway.allocate(AllocateRequest.newBuilder()
                        .setSubscriberId(SUBSCRIBER)
                        .setPoolId(pool)
                        .build())
                .join();
    }

    void releaseIntoThePause() {
        release = gateway.release(ReleaseRequest.newBuilder()
                        .setSubscriberId(SUBSCRIBER)
                        .setPoolId(pool)
                        .build())
                .handle((answer, failure) -> answer);
    }

    boolean stillHeld(NexusClient any) {
        try (any) {
            release.join();
            return any.lookupBySubscriber(LookupRequest.newBuilder()
                                    .setSubscriberId(SUBSCRIBER)
                                    .setConsistency(Consistency.newBuilder().setOwner(true))
                                    .build())
                            .join()
                            .getAllocationsCount()
                    == 1;
        }
    }

    @Override
    public void close() {
        gateway.close();
    }
}
