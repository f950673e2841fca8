package io.nexus.api.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nexus.api.service.Holding;
import io.nexus.api.service.LookupService.Found;
import io.nexus.api.service.PoolService.PoolView;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.Attachment;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.PoolSpec;
import io.nexus.statemachine.model.PoolTerms;
import io.nexus.statemachine.model.Prefix;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * Allocations and pools as the gateways under /api/v1 read them: {@code ip} is a bare address, times are RFC 3339, and
 * what is not there is left out.
 */
final class ApiV1Json {
    private static final HexFormat MAC = HexFormat.ofDelimiter(":");
    private static final HexFormat DUID = HexFormat.of();

    private ApiV1Json() {}

    static ObjectNode allocation(Holding holding) {
        Allocation allocation = holding.allocation();
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("pool_id", allocation.poolId())
                .put("subscriber_id", allocation.owner().subscriber())
                .put("ip", allocation.prefix().address())
                .put("prefix", allocation.prefix().length())
                .put("timestamp", time(allocation.allocatedAtMillis()))
                .put("alloc_type", allocation.type().name().toLowerCase(Locale.ROOT))
                .put("epoch", allocation.causalLength());
        if (allocation.stage().isOffer()) {
            json.put("state", "offered");
        }
        if (allocation.expiresAtMillis() != 0) {
            json.put("ttl", (allocation.expiresAtMillis() - allocation.renewedAtMillis() + 999) / 1_000);
            json.put("expires_at", time(allocation.expiresAtMillis()));
            json.put("last_renewed", time(allocation.renewedAtMillis()));
        }
        if (allocation.mac().length > 0) {
            json.put("mac", MAC.formatHex(allocation.mac()));
        }
        if (allocation.owner().duid().length > 0) {
            json.put("duid", DUID.formatHex(allocation.owner().duid()));
            json.put("iaid", Integer.toUnsignedLong(allocation.owner().iaid()));
        }
        putAttachment(json, allocation.attachment());
        json.put("space", allocation.space());
        PoolEntry pool = holding.pool();
        if (pool != null) {
            gatewayAndDns(json, pool.spec());
        }
        return json;
    }

    private static void putAttachment(ObjectNode json, Attachment attachment) {
        if (!attachment.gateway().isEmpty()) {
            json.put("gateway_id", attachment.gateway());
        }
        if (!attachment.circuit().isEmpty()) {
            json.put("circuit_id", attachment.circuit());
        }
    }

    static ObjectNode allocations(List<Holding> holdings) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode list = json.putArray("allocations");
        holdings.forEach(holding -> list.add(allocation(holding)));
        return json.put("count", holdings.size());
    }

    /** How old the answer is at most, and as of which positions: the same as in the headers. */
    static ObjectNode asOf(Found found) {
        ObjectNode asOf = JsonNodeFactory.instance.objectNode();
        asOf.putObject("as_of").put("staleness_ms", found.stalenessMillis()).put("position", found.position());
        return asOf;
    }

    static ObjectNode pool(PoolView view) {
        ObjectNode json = pool(view.entry());
        if (view.owner() != null) {
            json.put("node_id", view.owner());
        }
        return json.put("size", view.use().size())
                .put("allocated", view.use().allocated())
                .put("resting", view.use().resting())
                .put("utilization", view.utilization())
                .put("state", view.state());
    }

    /** A pool without its use. */
    static ObjectNode pool(PoolEntry entry) {
        PoolSpec spec = entry.spec();
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("id", spec.id())
                .put("cidr", spec.cidr().toString())
                .put("prefix", spec.unitLength());
        gatewayAndDns(json, spec);
        if (!spec.exclusions().isEmpty()) {
            ArrayNode exclusions = json.putArray("exclusions");
            spec.exclusions().forEach(range -> exclusions.add(range.toString()));
        }
        json.put("space", spec.space());
        if (spec.defaultTtlSeconds() != 0) {
            json.put("ttl", spec.defaultTtlSeconds());
        }
        if (!spec.metadata().isEmpty()) {
            ObjectNode metadata = json.putObject("metadata");
            spec.metadata().forEach(metadata::put);
        }
        putTerms(json, spec.terms());
        return json.put("instance", entry.instance()).put("segment", entry.segment());
    }

    private static void putTerms(ObjectNode json, PoolTerms terms) {
        json.put("policy", terms.policy().name().toLowerCase(Locale.ROOT))
                .put("hold_policy", terms.holdPolicy().name().toLowerCase(Locale.ROOT))
                .put("hold_seconds", terms.holdSeconds())
                .put("quarantine_seconds", terms.quarantineSeconds())
                .put("decline_seconds", terms.declineSeconds())
                .put("offer_seconds", terms.offerSeconds())
                .put("subscriber_limit", terms.subscriberLimit())
                .put("history_seconds", terms.historySeconds())
                .put("draining", terms.draining());
    }

    static ObjectNode pools(List<PoolView> views) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode list = json.putArray("pools");
        views.forEach(view -> list.add(pool(view)));
        return json.put("count", views.size());
    }

    private static void gatewayAndDns(ObjectNode json, PoolSpec spec) {
        Prefix gateway = spec.gateway();
        if (gateway != null) {
            json.put("gateway", gateway.address());
        }
        if (!spec.dns().isEmpty()) {
            ArrayNode dns = json.putArray("dns");
            spec.dns().forEach(server -> dns.add(server.address()));
        }
    }

    private static String time(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }
}
