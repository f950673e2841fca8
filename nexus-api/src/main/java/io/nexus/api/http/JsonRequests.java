package io.nexus.api.http;

import io.nexus.api.error.Problem;
import io.nexus.api.service.Requests;
import io.nexus.statemachine.model.AllocType;
import java.util.Locale;
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
                body.text("request_id"));
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
