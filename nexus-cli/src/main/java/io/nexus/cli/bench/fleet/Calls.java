package io.nexus.cli.bench.fleet;

import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.AllocateResponse;
import io.nexus.api.v1.LookupByIPRequest;
import io.nexus.api.v1.LookupRequest;
import io.nexus.api.v1.LookupResponse;
import io.nexus.api.v1.ReleaseRequest;
import io.nexus.api.v1.ReleaseResponse;
import io.nexus.api.v1.RenewRequest;
import io.nexus.api.v1.RenewResponse;
import java.util.function.Consumer;

/**
 * How requests travel to one node: one attempt, no retries, so that what is measured is what the node did. Never blocks
 * and never throws; exactly one of the two consumers is called once, on a network thread or before the method returns.
 * Workloads know only this, so that another way to carry the same calls is another implementation of it.
 */
public interface Calls {
    void allocate(AllocateRequest request, Consumer<AllocateResponse> onAnswer, Consumer<Throwable> onFailure);

    void release(ReleaseRequest request, Consumer<ReleaseResponse> onAnswer, Consumer<Throwable> onFailure);

    void renew(RenewRequest request, Consumer<RenewResponse> onAnswer, Consumer<Throwable> onFailure);

    void lookup(LookupRequest request, Consumer<LookupResponse> onAnswer, Consumer<Throwable> onFailure);

    void lookupByIp(LookupByIPRequest request, Consumer<LookupResponse> onAnswer, Consumer<Throwable> onFailure);
}
