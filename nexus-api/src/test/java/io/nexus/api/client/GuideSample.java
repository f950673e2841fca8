package io.nexus.api.client;

// sample begins
import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.AllocateResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

final class GuideSample {
    private final NexusClient nexus =
            new NexusClient(ClientSettings.of(List.of("nexus.example.net:9000"), Duration.ofSeconds(5)));

    /** For a thread that waits. */
    String address(String subscriber) {
        Outcome<AllocateResponse> outcome = nexus.blocking().allocate(request(subscriber));
        return outcome.fold(
                response -> response.getIp(),
                rejected -> "no: " + rejected.reason(), // asking again gives the same answer
                notDone -> "later: " + notDone.message(), // nothing was changed
                unknown -> "repeat with request id " + unknown.requestId()); // it may have happened
    }

    /** Without waiting; reads its own write, whatever node answers. */
    CompletableFuture<String> allocateAndLookUp(String subscriber) {
        NexusSession session = nexus.session();
        return session.allocate(request(subscriber))
                .thenCompose(response -> session.lookupByIp(response.getIp()))
                .thenApply(found -> found.getAllocations(0).getSubscriberId() + ", said " + found.getAnsweredBy());
    }

    private static AllocateRequest request(String subscriber) {
        return AllocateRequest.newBuilder()
                .setSubscriberId(subscriber)
                .setPoolId("homes")
                .build();
    }
    // sample ends
}
