package io.nexus.api.grpc;

import io.nexus.api.service.LookupService.Explained;
import io.nexus.api.service.LookupService.WhoHad;
import io.nexus.api.service.Tenure;
import io.nexus.api.service.UnitView;
import io.nexus.api.v1.ExplainResponse;
import io.nexus.api.v1.WhoHadResponse;
import java.util.HexFormat;

/** History from what the services give to the messages of {@code nexus.v1}. Pure. */
public final class HistoryMapper {
    private static final HexFormat MAC = HexFormat.ofDelimiter(":");
    private static final HexFormat DUID = HexFormat.of();

    private HistoryMapper() {}

    static WhoHadResponse response(WhoHad past) {
        WhoHadResponse.Builder response =
                WhoHadResponse.newBuilder().setTruncated(past.truncated()).setAnsweredBy(past.answeredBy());
        past.tenures().forEach(tenure -> response.addTenures(tenure(tenure)));
        past.asOf().forEach(asOf -> response.addAsOf(ProtoMapper.asOf(asOf)));
        return response.build();
    }

    /** Also what HTTP answers. */
    public static ExplainResponse response(Explained explained) {
        ExplainResponse.Builder response = ExplainResponse.newBuilder().setAnsweredBy(explained.answeredBy());
        explained.units().forEach(unit -> response.addUnits(unit(unit)));
        return response.build();
    }

    private static io.nexus.api.v1.UnitView unit(UnitView source) {
        return io.nexus.api.v1.UnitView.newBuilder()
                .setPoolId(source.poolId())
                .setSpace(source.space())
                .setIp(source.prefix().address())
                .setPrefixLength(source.prefix().length())
                .setState(source.state().name())
                .setSubscriberId(source.owner() == null ? "" : source.owner().subscriber())
                .setReservedFor(
                        source.claimant() == null ? "" : source.claimant().toString())
                .setSinceMs(source.sinceMillis())
                .setUntilMs(source.untilMillis())
                .setWhy(source.why())
                .build();
    }

    private static io.nexus.api.v1.Tenure tenure(Tenure source) {
        return io.nexus.api.v1.Tenure.newBuilder()
                .setPoolId(source.poolId())
                .setSpace(source.space())
                .setIp(source.prefix().address())
                .setPrefixLength(source.prefix().length())
                .setSubscriberId(source.owner().subscriber())
                .setMac(MAC.formatHex(source.mac()))
                .setDuid(DUID.formatHex(source.owner().duid()))
                .setIaid(source.owner().iaid())
                .setGatewayId(source.attachment().gateway())
                .setCircuitId(source.attachment().circuit())
                .setAllocTypeValue(source.type().code())
                .setFromMs(source.fromMillis())
                .setToMs(source.toMillis())
                .setReason(source.reason() == null ? "" : source.reason().name())
                .build();
    }
}
