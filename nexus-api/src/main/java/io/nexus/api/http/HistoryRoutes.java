package io.nexus.api.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nexus.api.error.Problem;
import io.nexus.api.grpc.HistoryMapper;
import io.nexus.api.service.LookupService;
import io.nexus.api.service.LookupService.WhoHad;
import io.nexus.api.service.Tenure;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Why an address is as it is, and who had it: JSON, or with {@code format=csv} a table with a line of names. */
final class HistoryRoutes {
    private static final HexFormat MAC = HexFormat.ofDelimiter(":");
    private static final HexFormat DUID = HexFormat.of();
    private static final String COLUMNS =
            "ip,prefix,space,pool_id,subscriber_id,mac,duid,iaid,gateway_id,circuit_id,alloc_type,from,to,reason";

    private final LookupService lookups;

    HistoryRoutes(LookupService lookups) {
        this.lookups = lookups;
    }

    void register(Routes routes) {
        routes.get("/api/v1/history/{ip}", this::whoHad);
        routes.get("/api/v1/explain", this::explain);
    }

    private void explain(Exchange exchange) {
        String subscriber = exchange.query("subscriber_id");
        String ip = exchange.query("ip");
        String space = exchange.query("space");
        if ((subscriber == null) == (ip == null)) {
            throw Problem.field("subscriber_id", "give either subscriber_id or ip")
                    .exception();
        }
        exchange.answer(
                subscriber != null
                        ? lookups.explainSubscriber(subscriber)
                        : lookups.explainAddress(ip == null ? "" : ip, space == null ? "" : space),
                explained -> exchange.json(200, ProtoJson.of(HistoryMapper.response(explained))));
    }

    private void whoHad(Exchange exchange) {
        Long at = time(exchange, "at");
        Long from = time(exchange, "from");
        Long to = time(exchange, "to");
        if (at != null && (from != null || to != null)) {
            throw Problem.field("at", "give either at, or from and to").exception();
        }
        String space = exchange.query("space");
        boolean csv = isCsv(exchange.query("format"));
        long first = at != null ? at : from != null ? from : 0;
        exchange.answer(
                lookups.whoHad(
                        exchange.path("ip"),
                        space == null ? "" : space,
                        first,
                        at != null ? first + 1 : to != null ? to : Long.MAX_VALUE),
                past -> {
                    if (csv) {
                        exchange.text(200, "text/csv; charset=utf-8", csv(past));
                    } else {
                        exchange.json(200, json(past));
                    }
                });
    }

    private static boolean isCsv(@Nullable String format) {
        if (format != null && !format.equals("json") && !format.equals("csv")) {
            throw Problem.field("format", "must be json or csv").exception();
        }
        return "csv".equals(format);
    }

    private static @Nullable Long time(Exchange exchange, String name) {
        String text = exchange.query(name);
        try {
            // A plus in a query is a blank where the caller did not encode it.
            return text == null
                    ? null
                    : OffsetDateTime.parse(text.replace(' ', '+')).toInstant().toEpochMilli();
        } catch (DateTimeParseException e) {
            throw Problem.field(name, "must be a time like 2026-03-01T10:00:00Z")
                    .exception();
        }
    }

    private static ObjectNode json(WhoHad past) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode list = json.putArray("tenures");
        for (Tenure tenure : past.tenures()) {
            ObjectNode one = list.addObject();
            String[] names = COLUMNS.split(",", -1);
            Object[] values = values(tenure);
            for (int i = 0; i < names.length; i++) {
                if (values[i] instanceof Number number) {
                    one.put(names[i], number.longValue());
                } else if (!values[i].equals("")) {
                    one.put(names[i], values[i].toString());
                }
            }
        }
        return json.put("count", past.tenures().size())
                .put("truncated", past.truncated())
                .put("answered_by", past.answeredBy());
    }

    private static String csv(WhoHad past) {
        StringBuilder table = new StringBuilder(COLUMNS).append("\r\n");
        for (Tenure tenure : past.tenures()) {
            Object[] values = values(tenure);
            for (int i = 0; i < values.length; i++) {
                table.append(i == 0 ? "" : ",").append(quoted(values[i].toString()));
            }
            table.append("\r\n");
        }
        return table.toString();
    }

    /** By RFC 4180. */
    private static String quoted(String value) {
        boolean isPlain = value.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return isPlain ? value : '"' + value.replace("\"", "\"\"") + '"';
    }

    /** In the order of the columns; an empty text where there is none. */
    private static Object[] values(Tenure tenure) {
        return new Object[] {
            tenure.prefix().address(),
            tenure.prefix().length(),
            tenure.space(),
            tenure.poolId(),
            tenure.owner().subscriber(),
            MAC.formatHex(tenure.mac()),
            DUID.formatHex(tenure.owner().duid()),
            tenure.owner().iaid() == 0
                    ? ""
                    : Integer.toUnsignedLong(tenure.owner().iaid()),
            tenure.attachment().gateway(),
            tenure.attachment().circuit(),
            tenure.type().name().toLowerCase(Locale.ROOT),
            Instant.ofEpochMilli(tenure.fromMillis()),
            tenure.toMillis() == 0 ? "" : Instant.ofEpochMilli(tenure.toMillis()),
            tenure.reason() == null ? "" : tenure.reason().name().toLowerCase(Locale.ROOT)
        };
    }
}
