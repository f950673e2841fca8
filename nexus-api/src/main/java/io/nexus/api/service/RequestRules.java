package io.nexus.api.service;

import io.nexus.api.error.Problem;
import io.nexus.api.service.Lookups.Demand;
import io.nexus.crdt.Token;
import io.nexus.statemachine.model.AddressRange;
import io.nexus.statemachine.model.AddressText;
import io.nexus.statemachine.model.AllocType;
import io.nexus.statemachine.model.Attachment;
import io.nexus.statemachine.model.Claimant;
import io.nexus.statemachine.model.Family;
import io.nexus.statemachine.model.FieldProblem;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.Ids;
import io.nexus.statemachine.model.Parsed;
import io.nexus.statemachine.model.PoolRules;
import io.nexus.statemachine.model.PoolSpec;
import io.nexus.statemachine.model.PoolTerms;
import io.nexus.statemachine.model.Prefix;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * From what a caller wrote to values of the domain. Everything that is wrong is a {@code ProblemException} with reason
 * INVALID_FIELD and the field's name as {@code nexus.v1} spells it. Pure.
 */
public final class RequestRules {
    private static final Pattern MAC = Pattern.compile("[0-9a-f]{2}(([:-])[0-9a-f]{2})(\\2[0-9a-f]{2}){4}");
    private static final Pattern DUID = Pattern.compile("([0-9a-f]{2}){1,128}");
    private static final byte[] NONE = {};

    private RequestRules() {}

    static String subscriber(String id) {
        reject("subscriber_id", Ids.subscriberProblem(id));
        return id;
    }

    /** @param field {@code pool_id}, or {@code id} where the pool itself is meant */
    static String pool(String field, String id) {
        reject(field, Ids.poolProblem(id));
        return id;
    }

    /** Empty means the default space. */
    static String space(String space) {
        if (space.isEmpty()) {
            return PoolSpec.DEFAULT_SPACE;
        }
        reject("space", Ids.spaceProblem(space));
        return space;
    }

    static Identity identity(String subscriber, String duid, int iaid) {
        return new Identity(subscriber(subscriber), duid(duid), iaid);
    }

    /** Null if there is none. */
    static @Nullable String requestId(String id) {
        if (id.isEmpty()) {
            return null;
        }
        reject("request_id", Ids.requestProblem(id));
        return id;
    }

    static byte[] mac(String text) {
        if (text.isEmpty()) {
            return NONE;
        }
        String lower = text.toLowerCase(Locale.ROOT);
        if (!MAC.matcher(lower).matches()) {
            throw wrong("mac", "%s is not six octets like aa:bb:cc:dd:ee:ff", quoted(text));
        }
        return HexFormat.of().parseHex(lower.replaceAll("[:-]", ""));
    }

    private static byte[] duid(String text) {
        if (text.isEmpty()) {
            return NONE;
        }
        String lower = text.toLowerCase(Locale.ROOT);
        if (!DUID.matcher(lower).matches()) {
            throw wrong("duid", "%s is not 1 to 128 octets in hex", quoted(text));
        }
        return HexFormat.of().parseHex(lower);
    }

    static long ttl(long seconds, @Nullable AllocType type) {
        if (seconds < 0 || seconds > PoolRules.TTL_SECONDS_MAX) {
            throw wrong(
                    "ttl_seconds",
                    "%d is not between 0 (the pool's default) and %d, ten years",
                    seconds,
                    PoolRules.TTL_SECONDS_MAX);
        }
        if (seconds > 0 && type == AllocType.PERMANENT) {
            throw wrong("ttl_seconds", "a permanent allocation has no lease time: leave one of the two out");
        }
        return seconds;
    }

    /** As the domain counts them; 0: any. */
    static int generation(long generation) {
        if (generation < 0 || generation > Integer.MAX_VALUE) {
            throw wrong("generation", "%s was never given to anybody", Long.toUnsignedString(generation));
        }
        return (int) generation;
    }

    static Attachment attachment(String gateway, String circuit) {
        reject("gateway_id", Ids.attachmentProblem(gateway, Attachment.GATEWAY_BYTES_MAX));
        reject("circuit_id", Ids.attachmentProblem(circuit, Attachment.CIRCUIT_BYTES_MAX));
        return gateway.isEmpty() && circuit.isEmpty() ? Attachment.NONE : new Attachment(gateway, circuit);
    }

    /** How long an offer stands. */
    static long offerTtl(long seconds, @Nullable AllocType type) {
        if (type != null) {
            throw wrong("alloc_type", "an offer has none: give it with the confirm");
        }
        return ttl(seconds, null);
    }

    /** The unit of the pool that is meant; null if the text is empty. */
    static @Nullable Prefix requested(String ip, PoolSpec pool) {
        if (ip.isEmpty()) {
            return null;
        }
        Prefix given = value("ip", AddressText.parseAddressOrPrefix(ip));
        if (!pool.cidr().contains(given)) {
            throw wrong("ip", "%s is not inside %s, the CIDR of pool %s", given, pool.cidr(), pool.id());
        }
        int unit = pool.unitLength();
        boolean bare = ip.indexOf('/') < 0;
        Prefix masked = Prefix.masked(given.family(), given.hi(), given.lo(), Math.min(unit, given.length()));
        if (bare && (masked.hi() != given.hi() || masked.lo() != given.lo())) {
            throw wrong("ip", "%s is not the start of a /%d: did you mean %s?", ip, unit, masked);
        }
        if (!bare && given.length() != unit) {
            throw wrong("ip", "%s is a /%d, but pool %s hands out /%d", given, given.length(), pool.id(), unit);
        }
        return masked;
    }

    /** The unit of the pool that is meant, which must be given. */
    static Prefix unit(String ip, PoolSpec pool) {
        Prefix unit = requested(ip, pool);
        if (unit == null) {
            throw wrong("ip", "is missing");
        }
        return unit;
    }

    static Claimant claimant(Requests.Reserve request) {
        boolean bySubscriber = !request.subscriber().isEmpty();
        boolean byMac = !request.mac().isEmpty();
        boolean byDuid = !request.duid().isEmpty();
        if ((bySubscriber ? 1 : 0) + (byMac ? 1 : 0) + (byDuid ? 1 : 0) != 1) {
            throw wrong("subscriber_id", "give exactly one of subscriber_id, mac and duid");
        }
        if (byDuid) {
            return Claimant.duid(duid(request.duid()), request.iaid());
        }
        return byMac ? Claimant.mac(mac(request.mac())) : Claimant.subscriber(subscriber(request.subscriber()));
    }

    /** An address or prefix of no particular pool. */
    static Prefix address(String ip) {
        return value("ip", AddressText.parseAddressOrPrefix(ip));
    }

    static Demand demand(Requests.Freshness freshness) {
        Token token = null;
        if (!freshness.token().isEmpty()) {
            token = Token.decode(freshness.token())
                    .orElseThrow(() -> wrong("token", "%s is not a token of Nexus", quoted(freshness.token())));
        }
        if (freshness.maxStalenessMillis() < 0) {
            throw wrong("max_staleness_ms", "%d is negative", freshness.maxStalenessMillis());
        }
        return new Demand(token, freshness.maxStalenessMillis(), freshness.owner());
    }

    static PoolSpec spec(Requests.NewPool pool) {
        reject("id", Ids.poolProblem(pool.id()));
        Prefix cidr = value("cidr", AddressText.parsePrefix(pool.cidr()));
        PoolSpec spec = new PoolSpec(
                pool.id(),
                space(pool.space()),
                cidr,
                unitLength(pool.prefixLength(), cidr),
                pool.gateway().isEmpty() ? null : value("gateway", AddressText.parseAddress(pool.gateway())),
                pool.exclusions().stream()
                        .map(text -> value("exclusions", AddressRange.parse(text)))
                        .toList(),
                pool.dns().stream()
                        .map(text -> value("dns", AddressText.parseAddress(text)))
                        .toList(),
                pool.defaultTtlSeconds(),
                pool.metadata(),
                terms(pool.terms()));
        List<FieldProblem> problems = PoolRules.problems(spec);
        if (!problems.isEmpty()) {
            String message =
                    problems.stream().map(p -> p.field() + ": " + p.message()).collect(Collectors.joining("; "));
            throw new Problem(
                            io.nexus.statemachine.model.Reason.INVALID_FIELD,
                            message,
                            problems.get(0).field(),
                            null)
                    .exception();
        }
        return spec;
    }

    private static PoolTerms terms(Requests.Terms given) {
        PoolTerms otherwise = PoolTerms.DEFAULT;
        if (given.subscriberLimit() < 0) {
            throw wrong("subscriber_limit", "must not be negative: %d", given.subscriberLimit());
        }
        return new PoolTerms(
                given.policy() != null ? given.policy() : otherwise.policy(),
                given.holdPolicy() != null ? given.holdPolicy() : otherwise.holdPolicy(),
                seconds("hold_seconds", given.holdSeconds(), 0, otherwise.holdSeconds()),
                seconds("quarantine_seconds", given.quarantineSeconds(), 0, otherwise.quarantineSeconds()),
                seconds("decline_seconds", given.declineSeconds(), 0, otherwise.declineSeconds()),
                seconds("offer_seconds", given.offerSeconds(), 1, otherwise.offerSeconds()),
                given.subscriberLimit(),
                seconds("history_seconds", given.historySeconds(), 0, otherwise.historySeconds()),
                given.draining());
    }

    private static long seconds(String field, @Nullable Long given, long min, long otherwise) {
        if (given != null && (given < min || given > PoolRules.TTL_SECONDS_MAX)) {
            throw wrong(field, "%d is not between %d and %d, ten years", given, min, PoolRules.TTL_SECONDS_MAX);
        }
        return given == null ? otherwise : given;
    }

    /** IPv4 pools hand out addresses whatever length is given, as long as it could be one. */
    private static int unitLength(int given, Prefix cidr) {
        if (cidr.family() == Family.IPV6) {
            return given;
        }
        if (given != 0 && (given < cidr.length() || given > Family.IPV4.bits())) {
            throw wrong("prefix_length", "%d is not between %d, the length of %s, and 32", given, cidr.length(), cidr);
        }
        return Family.IPV4.bits();
    }

    private static <T> T value(String field, Parsed<T> parsed) {
        reject(field, parsed.problem());
        return parsed.get();
    }

    private static void reject(String field, @Nullable String problem) {
        if (problem != null) {
            throw wrong(field, "%s", problem);
        }
    }

    private static RuntimeException wrong(String field, String format, Object... args) {
        return Problem.field(field, format, args).exception();
    }

    /** A caller's text as a message may repeat it. */
    private static String quoted(String text) {
        String shown = text.length() > 64 ? text.substring(0, 64) + "..." : text;
        return "'" + shown.replaceAll("[^\\x20-\\x7e]", "?") + "'";
    }
}
