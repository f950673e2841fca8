package io.nexus.api.http;

import io.nexus.api.error.Problem;
import io.nexus.api.service.Requests;
import io.nexus.statemachine.model.AllocPolicy;
import io.nexus.statemachine.model.AllocType;
import io.nexus.statemachine.model.HoldPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** From JSON to what the services take, where both dialects say it alike. */
final class JsonRequests {
    private static final String TYPE_PREFIX = "ALLOC_TYPE_";
    private static final long IAID_MAX = 0xffff_ffffL;

    private JsonRequests() {}

    /** @param ttlField what the dialect calls the lease time */
    static Requests.Allocate allocate(JsonFields body, String ttlField) {
        return new Requests.Allocate(
                body.text("subscriber_id"),
                body.text("pool_id"),
                body.text("mac"),
                body.text("duid"),
                iaid(body),
                body.text("ip"),
                body.whole(ttlField),
                type(body.text("alloc_type")),
                body.text("request_id"),
                body.text("gateway_id"),
                body.text("circuit_id"));
    }

    /** @param ttlField what the dialect calls the lease time */
    static Requests.Confirm confirm(String subscriber, JsonFields body, String ttlField) {
        return new Requests.Confirm(
                subscriber,
                body.text("pool_id"),
                body.text("ip"),
                body.text("duid"),
                iaid(body),
                body.whole(ttlField),
                type(body.text("alloc_type")),
                body.text("request_id"));
    }

    static Requests.Release release(String subscriber, JsonFields body) {
        return new Requests.Release(
                subscriber,
                body.text("pool_id"),
                body.text("ip"),
                body.text("duid"),
                iaid(body),
                body.text("request_id"),
                body.whole("generation"));
    }

    static Requests.NewPool pool(String id, JsonFields body) {
        return new Requests.NewPool(
                id,
                body.text("cidr"),
                (int) body.whole("prefix", 0, 128),
                body.text("gateway"),
                body.texts("exclusions"),
                body.texts("dns"),
                body.text("space"),
                body.whole("ttl"),
                body.textByName("metadata"),
                terms(body));
    }

    static Requests.PoolChange change(String id, JsonFields body) {
        Set<String> fields = new TreeSet<>();
        for (String name : body.names()) {
            fields.add(
                    switch (name) {
                        case "ttl" -> "default_ttl_seconds";
                        case "prefix" -> "prefix_length";
                        default -> name;
                    });
        }
        return new Requests.PoolChange(pool(id, body), fields);
    }

    static Requests.Reserve reserve(String poolId, JsonFields body) {
        return new Requests.Reserve(
                poolId, body.text("ip"), body.text("subscriber_id"), body.text("mac"), body.text("duid"), iaid(body));
    }

    static Requests.Terms terms(JsonFields body) {
        return new Requests.Terms(
                named("policy", body.text("policy"), AllocPolicy.class),
                named("hold_policy", body.text("hold_policy"), HoldPolicy.class),
                body.wholeIfGiven("hold_seconds"),
                body.wholeIfGiven("quarantine_seconds"),
                body.wholeIfGiven("decline_seconds"),
                body.wholeIfGiven("offer_seconds"),
                (int) body.whole("subscriber_limit", 0, Integer.MAX_VALUE),
                body.wholeIfGiven("history_seconds"),
                body.flag("draining"));
    }

    private static <E extends Enum<E>> @Nullable E named(String field, String text, Class<E> type) {
        if (text.isEmpty()) {
            return null;
        }
        List<String> names = new ArrayList<>();
        for (E each : type.getEnumConstants()) {
            String name = each.name().toLowerCase(Locale.ROOT);
            if (name.equals(text.toLowerCase(Locale.ROOT))) {
                return each;
            }
            names.add(name);
        }
        throw Problem.field(field, "must be one of %s", String.join(", ", names))
                .exception();
    }

    static int iaid(JsonFields body) {
        return (int) body.whole("iaid", 0, IAID_MAX);
    }

    /** {@code session}, as under /api/v1, or {@code ALLOC_TYPE_SESSION}, as in the messages. */
    private static @Nullable AllocType type(String text) {
        String upper = text.toUpperCase(Locale.ROOT);
        String name = upper.startsWith(TYPE_PREFIX) ? upper.substring(TYPE_PREFIX.length()) : upper;
        return switch (name) {
            case "", "UNSPECIFIED" -> null;
            case "SESSION" -> AllocType.SESSION;
            case "STICKY" -> AllocType.STICKY;
            case "PERMANENT" -> AllocType.PERMANENT;
            default ->
                throw Problem.field("alloc_type", "must be session, sticky or permanent")
                        .exception();
        };
    }
}
