package io.nexus.api.client.gateway;

import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.Allocation;
import io.nexus.api.v1.ReleaseRequest;

/** Who holds something in a pool: what makes an allocation one's own. */
public record Holder(String subscriber, String pool, String duid, int iaid) {
    /** A subscriber that is known by its id alone. */
    public static Holder of(String subscriber, String pool) {
        return new Holder(subscriber, pool, "", 0);
    }

    static Holder of(Allocation allocation) {
        return new Holder(
                allocation.getSubscriberId(), allocation.getPoolId(), allocation.getDuid(), allocation.getIaid());
    }

    static Holder of(AllocateRequest request) {
        return new Holder(request.getSubscriberId(), request.getPoolId(), request.getDuid(), request.getIaid());
    }

    static Holder of(ReleaseRequest request) {
        return new Holder(request.getSubscriberId(), request.getPoolId(), request.getDuid(), request.getIaid());
    }
}
