package io.nexus.api.grpc;

import io.nexus.api.error.Problem;
import io.nexus.api.service.Requests;
import io.nexus.api.service.UnitReader;
import io.nexus.api.v1.ListReservationsResponse;
import io.nexus.api.v1.PoolSpec;
import io.nexus.api.v1.Reservation;
import io.nexus.api.v1.ReserveRequest;
import io.nexus.api.v1.ReserveResponse;
import io.nexus.api.v1.UpdatePoolRequest;
import io.nexus.statemachine.model.AllocPolicy;
import io.nexus.statemachine.model.HoldPolicy;
import io.nexus.statemachine.model.PoolTerms;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Between the terms of a pool in {@code nexus.v1} and what the services take and give. Pure. */
public final class PoolMapper {
    private PoolMapper() {}

    static Requests.PoolChange request(UpdatePoolRequest request) {
        return new Requests.PoolChange(ProtoMapper.request(request.getSpec()), new TreeSet<>(request.getFieldsList()));
    }

    static Requests.Reserve request(ReserveRequest request) {
        return new Requests.Reserve(
                request.getPoolId(),
                request.getIp(),
                request.getSubscriberId(),
                request.getMac(),
                request.getDuid(),
                request.getIaid());
    }

    static ReserveResponse changed(boolean changed) {
        return ReserveResponse.newBuilder().setChanged(changed).build();
    }

    /** Also what HTTP answers. */
    public static ListReservationsResponse reservations(List<UnitReader.Reservation> reservations) {
        ListReservationsResponse.Builder response = ListReservationsResponse.newBuilder();
        for (UnitReader.Reservation reservation : reservations) {
            response.addReservations(Reservation.newBuilder()
                    .setIp(reservation.prefix().address())
                    .setPrefixLength(reservation.prefix().length())
                    .setKind(reservation.claimant().kind().name())
                    .setName(reservation.claimant().name()));
        }
        return response.build();
    }

    static Requests.Terms terms(PoolSpec spec) {
        return new Requests.Terms(
                policy(spec.getPolicy()),
                holdPolicy(spec.getHoldPolicy()),
                spec.hasHoldSeconds() ? spec.getHoldSeconds() : null,
                spec.hasQuarantineSeconds() ? spec.getQuarantineSeconds() : null,
                spec.hasDeclineSeconds() ? spec.getDeclineSeconds() : null,
                spec.hasOfferSeconds() ? spec.getOfferSeconds() : null,
                spec.getSubscriberLimit(),
                spec.hasHistorySeconds() ? spec.getHistorySeconds() : null,
                spec.getDraining());
    }

    static void put(PoolTerms terms, PoolSpec.Builder spec) {
        spec.setPolicyValue(terms.policy().code())
                .setHoldPolicyValue(terms.holdPolicy().code())
                .setHoldSeconds(terms.holdSeconds())
                .setQuarantineSeconds(terms.quarantineSeconds())
                .setDeclineSeconds(terms.declineSeconds())
                .setOfferSeconds(terms.offerSeconds())
                .setSubscriberLimit(terms.subscriberLimit())
                .setHistorySeconds(terms.historySeconds())
                .setDraining(terms.draining());
    }

    private static @Nullable AllocPolicy policy(io.nexus.api.v1.AllocPolicy policy) {
        return switch (policy) {
            case ALLOC_POLICY_UNSPECIFIED -> null;
            case UNRECOGNIZED ->
                throw Problem.field("policy", "is not a policy that this version knows")
                        .exception();
            default -> AllocPolicy.ofCode(policy.getNumber());
        };
    }

    private static @Nullable HoldPolicy holdPolicy(io.nexus.api.v1.HoldPolicy policy) {
        return switch (policy) {
            case HOLD_POLICY_UNSPECIFIED -> null;
            case UNRECOGNIZED ->
                throw Problem.field("hold_policy", "is not a policy that this version knows")
                        .exception();
            default -> HoldPolicy.ofCode(policy.getNumber());
        };
    }
}
