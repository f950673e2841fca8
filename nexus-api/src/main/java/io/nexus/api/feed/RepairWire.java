package io.nexus.api.feed;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.nexus.api.peer.v1.KeyRangePrint;
import io.nexus.api.peer.v1.RangeExpansion;
import io.nexus.api.peer.v1.RepairReply;
import io.nexus.api.peer.v1.RepairRequest;
import io.nexus.api.peer.v1.RowName;
import io.nexus.crdt.Digest;
import io.nexus.crdt.Position;
import io.nexus.crdt.PositionCodec;
import io.nexus.crdt.RowChange;
import io.nexus.crdt.RowCodec;
import io.nexus.crdt.repair.Expansion;
import io.nexus.crdt.repair.KeyRange;
import io.nexus.crdt.repair.RangePrint;
import io.nexus.crdt.repair.RepairPlan.Next;
import io.nexus.crdt.repair.RepairSource;
import java.util.List;

/** Between messages and values of a repair. Stateless. */
final class RepairWire {
    private RepairWire() {}

    /* --------------- questions --------------- */

    static RepairRequest question(Next.Expand expand) {
        RepairRequest.Builder request = RepairRequest.newBuilder();
        expand.ranges().forEach(range -> request.addExpand(print(range)));
        return request.build();
    }

    static RepairRequest question(Next.Fetch fetch) {
        RepairRequest.Builder request = RepairRequest.newBuilder();
        fetch.keys().forEach(key -> request.addFetch(UnsafeByteOperations.unsafeWrap(key)));
        return request.build();
    }

    /* --------------- answers --------------- */

    static RepairReply offer(Position position, RangePrint whole) {
        byte[] bytes = PositionCodec.encode(position);
        return RepairReply.newBuilder()
                .setPosition(UnsafeByteOperations.unsafeWrap(bytes))
                .setWhole(print(whole))
                .setCrc32C(Wire.crc(bytes))
                .build();
    }

    static RepairReply answer(RepairSource source, RepairRequest question) {
        RepairReply.Builder reply = RepairReply.newBuilder();
        for (KeyRangePrint range : question.getExpandList()) {
            reply.addExpansions(expansion(source.expand(print(range))));
        }
        if (question.getFetchCount() > 0) {
            List<byte[]> keys = question.getFetchList().stream()
                    .map(ByteString::toByteArray)
                    .toList();
            byte[] rows = RowCodec.encode(source.fetch(keys));
            reply.setRows(UnsafeByteOperations.unsafeWrap(rows)).setCrc32C(Wire.crc(rows));
        }
        return reply.build();
    }

    /** @throws io.nexus.crdt.CorruptBytes if the reply is not what was sent */
    static Position position(RepairReply offer) {
        return PositionCodec.decode(Wire.checked(offer.getPosition(), offer.getCrc32C()));
    }

    static RangePrint whole(RepairReply offer) {
        return print(offer.getWhole());
    }

    /** @throws io.nexus.crdt.CorruptBytes if these are no expansions of their ranges */
    static List<Expansion> expansions(RepairReply reply) {
        return reply.getExpansionsList().stream().map(RepairWire::expansion).toList();
    }

    /** @throws io.nexus.crdt.CorruptBytes if the reply is not what was sent */
    static List<RowChange> rows(RepairReply reply) {
        return RowCodec.decode(Wire.checked(reply.getRows(), reply.getCrc32C()));
    }

    private static RangeExpansion expansion(Expansion of) {
        RangeExpansion.Builder message =
                RangeExpansion.newBuilder().setRange(print(new RangePrint(of.range(), 0, Digest.ZERO)));
        if (of instanceof Expansion.Parts parts) {
            parts.parts().forEach(part -> message.addParts(print(part)));
        } else if (of instanceof Expansion.Ids ids) {
            for (Expansion.RowId id : ids.ids()) {
                message.addRows(RowName.newBuilder()
                        .setKey(UnsafeByteOperations.unsafeWrap(id.key()))
                        .setDigestHi(id.digest().hi())
                        .setDigestLo(id.digest().lo()));
            }
        }
        return message.build();
    }

    private static Expansion expansion(RangeExpansion message) {
        KeyRange range = print(message.getRange()).range();
        if (message.getPartsCount() > 0) {
            return new Expansion.Parts(
                    range,
                    message.getPartsList().stream().map(RepairWire::print).toList());
        }
        return new Expansion.Ids(
                range,
                message.getRowsList().stream()
                        .map(row -> new Expansion.RowId(
                                row.getKey().toByteArray(), new Digest(row.getDigestHi(), row.getDigestLo())))
                        .toList());
    }

    private static KeyRangePrint print(RangePrint print) {
        return KeyRangePrint.newBuilder()
                .setFrom(UnsafeByteOperations.unsafeWrap(print.range().from()))
                .setTo(UnsafeByteOperations.unsafeWrap(print.range().to()))
                .setCount(print.count())
                .setDigestHi(print.digest().hi())
                .setDigestLo(print.digest().lo())
                .build();
    }

    private static RangePrint print(KeyRangePrint message) {
        return new RangePrint(
                new KeyRange(message.getFrom().toByteArray(), message.getTo().toByteArray()),
                message.getCount(),
                new Digest(message.getDigestHi(), message.getDigestLo()));
    }
}
