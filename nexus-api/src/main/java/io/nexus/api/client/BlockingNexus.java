package io.nexus.api.client;

import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.AllocateResponse;
import io.nexus.api.v1.CreatePoolRequest;
import io.nexus.api.v1.LookupRequest;
import io.nexus.api.v1.LookupResponse;
import io.nexus.api.v1.Pool;
import io.nexus.api.v1.ReleaseRequest;
import io.nexus.api.v1.ReleaseResponse;
import io.nexus.api.v1.RenewRequest;
import io.nexus.api.v1.RenewResponse;
import java.util.concurrent.CompletableFuture;

/**
 * The client's calls for threads that wait for the answer, at most as long as the client's timeout. Thread-safe. Refuses
 * to wait on a thread that the client itself needs (IllegalStateException): a continuation of one of its futures would
 * wait for itself.
 */
public final class BlockingNexus {
    /** Set while a future of a client is being completed on this thread. */
    private static final ThreadLocal<Boolean> COMPLETING = ThreadLocal.withInitial(() -> false);

    private final NexusClient client;

    BlockingNexus(NexusClient client) {
        this.client = client;
    }

    public Outcome<AllocateResponse> allocate(AllocateRequest request) {
        return await(() -> client.allocate(request));
    }

    public Outcome<RenewResponse> renew(RenewRequest request) {
        return await(() -> client.renew(request));
    }

    public Outcome<ReleaseResponse> release(ReleaseRequest request) {
        return await(() -> client.release(request));
    }

    public Outcome<LookupResponse> lookupBySubscriber(LookupRequest request) {
        return await(() -> client.lookupBySubscriber(request));
    }

    public Outcome<LookupResponse> lookupBySubscriber(String subscriber, ReadAt at) {
        return await(() -> client.lookupBySubscriber(subscriber, at));
    }

    public Outcome<LookupResponse> lookupByIp(String ip, ReadAt at) {
        return await(() -> client.lookupByIp(ip, at));
    }

    public Outcome<Pool> createPool(CreatePoolRequest request) {
        return await(() -> client.createPool(request));
    }

    private static <R> Outcome<R> await(java.util.function.Supplier<CompletableFuture<R>> call) {
        if (COMPLETING.get()) {
            throw new IllegalStateException(
                    "a blocking call in a continuation of the client's future would wait for itself: continue on an"
                            + " executor of your own, for example with thenApplyAsync");
        }
        return Outcome.of(call.get()).join();
    }

    static void onNetworkThread(Runnable completion) {
        boolean before = COMPLETING.get();
        COMPLETING.set(true);
        try {
            completion.run();
        } finally {
            COMPLETING.set(before);
        }
    }
}
