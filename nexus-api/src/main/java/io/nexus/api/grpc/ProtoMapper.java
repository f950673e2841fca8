package io.nexus.api.grpc;

import io.nexus.api.error.Problem;
import io.nexus.api.service.AllocationService.Granted;
import io.nexus.api.service.AllocationService.Released;
import io.nexus.api.service.AllocationService.Renewed;
import io.nexus.api.service.Holding;
import io.nexus.api.service.LookupService.Found;
import io.nexus.api.service.Lookups.AsOf;
import io.nexus.api.service.PoolService.PoolView;
import io.nexus.api.service.Requests;
import io.nexus.api.v1.AllocType;
import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.AllocateResponse;
import io.nexus.api.v1.Allocation;
import io.nexus.api.v1.ConfirmRequest;
import io.nexus.api.v1.Consistency;
import io.nexus.api.v1.LookupResponse;
import io.nexus.api.v1.Pool;
import io.nexus.api.v1.PoolSpec;
import io.nexus.api.v1.ReleaseRequest;
import io.nexus.api.v1.ReleaseResponse;
import io.nexus.api.v1.RenewRequest;
import io.nexus.api.v1.RenewResponse;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Prefix;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Between the messages of {@code nexus.v1} and what the services take and give. Pure. */
public final class ProtoMapper {
    private static final HexFormat MAC = HexFormat.ofDelimiter(":");
    private static final HexFormat DUID = HexFormat.of();

    private ProtoMapper() {}

    /* --------------- requests --------------- */

    static Requests.Allocate request(AllocateRequest request) {
        return new Requests.Allocate(
                request.getSubscriberId(),
                request.getPoolId(),
                request.getMac(),
                request.getDuid(),
                request.getIaid(),
                request.getIp(),
                request.getTtlSeconds(),
                type(request.getAllocType()),
                request.getRequestId(),
                request.getGatewayId(),
                request.getCircuitId());
    }

    static Requests.Confirm request(ConfirmRequest request) {
        return new Requests.Confirm(
                request.getSubscriberId(),
                request.getPoolId(),
                request.getIp(),
                request.getDuid(),
                request.getIaid(),
                request.getTtlSeconds(),
                type(request.getAllocType()),
                request.getRequestId());
    }

    static Requests.Renew request(RenewRequest request) {
        return new Requests.Renew(
                request.getSubscriberId(),
                request.getPoolId(),
                request.getDuid(),
                request.getIaid(),
                request.getTtlSeconds(),
                request.getRequestId(),
                request.getGeneration());
    }

    static Requests.Release request(ReleaseRequest request) {
        return new Requests.Release(
                request.getSubscriberId(),
                request.getPoolId(),
                request.getIp(),
                request.getDuid(),
                request.getIaid(),
                request.getRequestId(),
                request.getGeneration());
    }

    static Requests.NewPool request(PoolSpec spec) {
        return new Requests.NewPool(
                spec.getId(),
                spec.getCidr(),
                spec.getPrefixLength(),
                spec.getGateway(),
                spec.getExclusionsList(),
                spec.getDnsList(),
                spec.getSpace(),
                spec.getDefaultTtlSeconds(),
                spec.getMetadataMap(),
                PoolMapper.terms(spec));
    }

    static Requests.Freshness freshness(Consistency consistency) {
        return new Requests.Freshness(consistency.getToken(), consistency.getMaxStalenessMs(), consistency.getOwner());
    }

    private static io.nexus.statemachine.model.@Nullable AllocType type(AllocType type) {
        return switch (type) {
            case ALLOC_TYPE_UNSPECIFIED -> null;
            case ALLOC_TYPE_SESSION -> io.nexus.statemachine.model.AllocType.SESSION;
            case ALLOC_TYPE_STICKY -> io.nexus.statemachine.model.AllocType.STICKY;
            case ALLOC_TYPE_PERMANENT -> io.nexus.statemachine.model.AllocType.PERMANENT;
            case UNRECOGNIZED ->
                throw Problem.field("alloc_type", "is not a type that this version knows")
                        .exception();
        };
    }

    /* --------------- answers --------------- */

    public static AllocateResponse response(Granted granted) {
        Allocation allocation = allocation(granted.holding());
        return AllocateResponse.newBuilder()
                .setIp(allocation.getIp())
                .setPrefixLength(allocation.getPrefixLength())
                .setExpiresAt(allocation.getExpiresAt())
                .setAllocation(allocation)
                .setCreated(granted.created())
                .setToken(granted.token().encode())
                .build();
    }

    public static RenewResponse response(Renewed renewed) {
        return RenewResponse.newBuilder()
                .setAllocation(allocation(renewed.holding()))
                .setToken(renewed.token().encode())
                .build();
    }

    public static ReleaseResponse response(Released released) {
        ReleaseResponse.Builder response = ReleaseResponse.newBuilder();
        released.holdings().forEach(holding -> response.addReleased(allocation(holding)));
        if (released.token() != null) {
            response.setToken(released.token().encode());
        }
        return response.build();
    }

    public static LookupResponse response(Found found) {
        LookupResponse.Builder response = LookupResponse.newBuilder()
                .setFound(!found.holdings().isEmpty())
                .setStalenessMs(found.stalenessMillis())
                .setAnsweredBy(found.answeredBy());
        found.holdings().forEach(holding -> response.addAllocations(allocation(holding)));
        found.asOf().forEach(asOf -> response.addAsOf(asOf(asOf)));
        return response.build();
    }

    public static Pool pool(PoolView view) {
        Pool.Builder pool = Pool.newBuilder()
                .setSpec(spec(view.entry().spec()))
                .setInstance(view.entry().instance())
                .setSegment(view.entry().segment())
                .setSize(view.use().size())
                .setAllocated(view.use().allocated())
                .setUtilization(view.utilization())
                .setState(view.state())
                .setResting(view.use().resting());
        String owner = view.owner();
        return (owner == null ? pool : pool.setOwner(owner)).build();
    }

    static PoolSpec spec(io.nexus.statemachine.model.PoolSpec spec) {
        PoolSpec.Builder builder = PoolSpec.newBuilder()
                .setId(spec.id())
                .setCidr(spec.cidr().toString())
                .setPrefixLength(spec.unitLength())
                .setSpace(spec.space())
                .setDefaultTtlSeconds(spec.defaultTtlSeconds())
                .putAllMetadata(spec.metadata());
        spec.exclusions().forEach(range -> builder.addExclusions(range.toString()));
        spec.dns().forEach(server -> builder.addDns(server.address()));
        PoolMapper.put(spec.terms(), builder);
        Prefix gateway = spec.gateway();
        return (gateway == null ? builder : builder.setGateway(gateway.address())).build();
    }

    static Allocation allocation(Holding holding) {
        io.nexus.statemachine.model.Allocation source = holding.allocation();
        Allocation.Builder allocation = Allocation.newBuilder()
                .setPoolId(source.poolId())
                .setSubscriberId(source.owner().subscriber())
                .setIp(source.prefix().address())
                .setPrefixLength(source.prefix().length())
                .setAllocType(AllocType.forNumber(source.type().code()))
                .setMac(MAC.formatHex(source.mac()))
                .setDuid(DUID.formatHex(source.owner().duid()))
                .setIaid(source.owner().iaid())
                .setAllocatedAt(source.allocatedAtMillis() / 1_000)
                .setExpiresAt(seconds(source.expiresAtMillis()))
                .setLastRenewed(source.renewedAtMillis() / 1_000)
                .setSpace(source.space())
                .setGeneration(source.causalLength())
                .setGatewayId(source.attachment().gateway())
                .setCircuitId(source.attachment().circuit())
                .setState(source.stage().isOffer() ? "OFFERED" : "ACTIVE");
        PoolEntry pool = holding.pool();
        if (pool != null) {
            Prefix gateway = pool.spec().gateway();
            if (gateway != null) {
                allocation.setGateway(gateway.address());
            }
            pool.spec().dns().forEach(server -> allocation.addDns(server.address()));
        }
        return allocation.build();
    }

    /** Rounded up: nobody is told that a lease ended while it still holds. */
    private static long seconds(long millis) {
        return (millis + 999) / 1_000;
    }

    public static io.nexus.api.v1.AsOf asOf(AsOf asOf) {
        return io.nexus.api.v1.AsOf.newBuilder()
                .setSegment(asOf.segment())
                .setIncarnation(asOf.incarnation())
                .setSeq(asOf.seq())
                .setStalenessMs(asOf.stalenessMillis())
                .setRole(asOf.role().name().toLowerCase(Locale.ROOT))
                .build();
    }
}
