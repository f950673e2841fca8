package io.nexus.cli.command;

import io.nexus.api.v1.Allocation;
import io.nexus.api.v1.AsOf;
import io.nexus.api.v1.LookupResponse;
import io.nexus.cli.output.Table;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Values as people read them. */
final class Texts {
    private Texts() {}

    static String time(long unixSeconds) {
        return unixSeconds == 0 ? "-" : Instant.ofEpochSecond(unixSeconds).toString();
    }

    static String prefix(Allocation allocation) {
        boolean address = allocation.getIp().contains(":")
                ? allocation.getPrefixLength() == 128
                : allocation.getPrefixLength() == 32;
        return address ? allocation.getIp() : allocation.getIp() + "/" + allocation.getPrefixLength();
    }

    static String type(Allocation allocation) {
        return allocation.getState().equals("OFFERED")
                ? "offered"
                : allocation.getAllocType().name().replace("ALLOC_TYPE_", "").toLowerCase(Locale.ROOT);
    }

    static Table allocations(List<Allocation> allocations) {
        Table table = new Table("ADDRESS", "SUBSCRIBER", "POOL", "TYPE", "ALLOCATED", "EXPIRES");
        for (Allocation a : allocations) {
            table.row(
                    prefix(a),
                    a.getSubscriberId(),
                    a.getPoolId(),
                    type(a),
                    time(a.getAllocatedAt()),
                    a.getExpiresAt() == 0 ? "never" : time(a.getExpiresAt()));
        }
        return table;
    }

    /** As in "answered by n1, at most 12 ms old; read segment.incarnation.seq 3.1.42 (member)". */
    static String freshness(LookupResponse response) {
        String read = response.getAsOfList().stream()
                .map(part -> part.getSegment() + "." + part.getIncarnation() + "." + part.getSeq())
                .collect(Collectors.joining(" "));
        String roles = response.getAsOfList().stream()
                .map(AsOf::getRole)
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
        return age(response.getAnsweredBy(), response.getStalenessMs()) + "; read segment.incarnation.seq " + read
                + " (" + roles + ")";
    }

    /** As in "answered by n1, at most 12 ms old", of what may have been read from many segments. */
    static String freshness(String node, List<AsOf> asOf) {
        long stalest = asOf.stream().mapToLong(AsOf::getStalenessMs).max().orElse(0);
        boolean unknown = asOf.stream().anyMatch(part -> part.getStalenessMs() < 0);
        return age(node, unknown ? -1 : stalest);
    }

    private static String age(String node, long millis) {
        return "answered by " + node + ", "
                + (millis < 0 ? "age unknown (no owner heard of yet)" : "at most " + millis + " ms old");
    }
}
