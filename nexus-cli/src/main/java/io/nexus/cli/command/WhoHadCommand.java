package io.nexus.cli.command;

import io.nexus.api.v1.Tenure;
import io.nexus.api.v1.WhoHadRequest;
import io.nexus.api.v1.WhoHadResponse;
import io.nexus.cli.ExitCode;
import io.nexus.cli.output.Table;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

@Command(
        name = "whohad",
        description = {
            "Who had an address or prefix at a time, or during a time. Any node answers, from its own store.",
            "Times are like 2026-03-01T10:00Z or 2026-03-01T10:00:30+01:00."
        })
final class WhoHadCommand implements Callable<Integer> {
    private static final String COLUMNS =
            "ip,prefix_length,space,pool,subscriber,mac,duid,iaid,gateway,circuit,type,from,to,reason";

    @Mixin
    ServerOptions server = new ServerOptions();

    @Parameters(paramLabel = "ADDRESS", description = "IPv4 or IPv6 address, or prefix")
    String address = "";

    @Option(names = "--at", paramLabel = "TIME", converter = Time.class, description = "at this moment")
    @Nullable
    Instant at;

    @Option(names = "--from", paramLabel = "TIME", converter = Time.class, description = "from then on")
    @Nullable
    Instant from;

    @Option(names = "--to", paramLabel = "TIME", converter = Time.class, description = "until then")
    @Nullable
    Instant to;

    @Option(names = "--space", paramLabel = "SPACE", description = "address space (VRF). Default: default")
    String space = "";

    @Option(names = "--csv", description = "comma-separated values with a line of names, for the abuse desk")
    boolean csv;

    static final class Time implements ITypeConverter<Instant> {
        @Override
        public Instant convert(String value) {
            try {
                return OffsetDateTime.parse(value).toInstant();
            } catch (DateTimeParseException e) {
                throw new TypeConversionException("'" + value + "' is not a time like 2026-03-01T10:00Z");
            }
        }
    }

    @Override
    public Integer call() {
        long first = at != null ? at.toEpochMilli() : from != null ? from.toEpochMilli() : 0;
        long end = at != null ? first + 1 : to != null ? to.toEpochMilli() : Long.MAX_VALUE;
        WhoHadResponse response = server.call(client -> client.whoHad(WhoHadRequest.newBuilder()
                .setIp(address)
                .setSpace(space)
                .setFromMs(first)
                .setToMs(end)
                .build()));
        if (csv) {
            server.print(COLUMNS);
            response.getTenuresList().forEach(tenure -> server.print(line(tenure)));
        } else if (server.json()) {
            server.show(response);
        } else if (response.getTenuresCount() == 0) {
            server.print("nobody had " + address + " then, as far as this node's store knows");
            server.print(Texts.freshness(response.getAnsweredBy(), response.getAsOfList()));
        } else {
            server.show(table(response));
            server.print(Texts.freshness(response.getAnsweredBy(), response.getAsOfList()));
            if (response.getTruncated()) {
                server.print("there are more: ask for a shorter time");
            }
        }
        return response.getTenuresCount() == 0 ? ExitCode.NOT_FOUND.code() : ExitCode.OK.code();
    }

    private static Table table(WhoHadResponse response) {
        Table table = new Table("FROM", "TO", "SUBSCRIBER", "ADDRESS", "POOL", "GATEWAY", "CIRCUIT", "END");
        for (Tenure tenure : response.getTenuresList()) {
            table.row(
                    time(tenure.getFromMs()),
                    tenure.getToMs() == 0 ? "still" : time(tenure.getToMs()),
                    tenure.getSubscriberId(),
                    tenure.getIp() + "/" + tenure.getPrefixLength(),
                    tenure.getPoolId(),
                    tenure.getGatewayId().isEmpty() ? "-" : tenure.getGatewayId(),
                    tenure.getCircuitId().isEmpty() ? "-" : tenure.getCircuitId(),
                    tenure.getReason().isEmpty() ? "-" : tenure.getReason().toLowerCase(Locale.ROOT));
        }
        return table;
    }

    private static String line(Tenure tenure) {
        return String.join(
                ",",
                tenure.getIp(),
                Integer.toString(tenure.getPrefixLength()),
                tenure.getSpace(),
                tenure.getPoolId(),
                tenure.getSubscriberId(),
                tenure.getMac(),
                tenure.getDuid(),
                tenure.getIaid() == 0 ? "" : Integer.toUnsignedString(tenure.getIaid()),
                quoted(tenure.getGatewayId()),
                quoted(tenure.getCircuitId()),
                tenure.getAllocType().name().replace("ALLOC_TYPE_", "").toLowerCase(Locale.ROOT),
                time(tenure.getFromMs()),
                tenure.getToMs() == 0 ? "" : time(tenure.getToMs()),
                tenure.getReason().toLowerCase(Locale.ROOT));
    }

    /** Only gateway and circuit are free texts. */
    private static String quoted(String value) {
        boolean isPlain = value.chars().noneMatch(c -> c == ',' || c == '"');
        return isPlain ? value : '"' + value.replace("\"", "\"\"") + '"';
    }

    private static String time(long unixMillis) {
        return Instant.ofEpochMilli(unixMillis).toString();
    }
}
