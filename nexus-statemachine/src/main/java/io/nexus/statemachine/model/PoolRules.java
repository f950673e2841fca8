package io.nexus.statemachine.model;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a pool must be before it may enter the catalogue. Finds all problems at once, each with the field as
 * {@code nexus.v1.PoolSpec} spells it.
 */
public final class PoolRules {
    public static final int EXCLUSIONS_MAX = 1024;
    public static final int DNS_MAX = 16;
    /** Ten years. */
    public static final long TTL_SECONDS_MAX = 315_360_000;

    public static final int METADATA_ENTRIES_MAX = 32;
    public static final int METADATA_KEY_BYTES_MAX = 64;
    public static final int METADATA_VALUE_BYTES_MAX = 256;

    private final PoolSpec spec;
    private final List<FieldProblem> problems = new ArrayList<>();

    private PoolRules(PoolSpec spec) {
        this.spec = spec;
    }

    /** All problems, in the order of the fields; none: the pool is valid. */
    public static List<FieldProblem> problems(PoolSpec spec) {
        PoolRules rules = new PoolRules(spec);
        rules.check();
        return List.copyOf(rules.problems);
    }

    private void check() {
        found("id", Ids.poolProblem(spec.id()));
        found("prefix_length", spec.cidr().family() == Family.IPV4 ? unitProblemIpv4() : unitProblemIpv6());
        found("gateway", gatewayProblem());
        checkExclusions();
        checkDns();
        found("space", Ids.spaceProblem(spec.space()));
        found("default_ttl_seconds", ttlProblem());
        checkMetadata();
        checkTerms(spec.terms());
        boolean planIsPossible = problems.stream().noneMatch(problem -> isOfPlan(problem.field()));
        if (planIsPossible && AddressPlan.of(spec).allocatable() == 0) {
            found(
                    "cidr",
                    spec.cidr() + " has nothing to hand out: network, broadcast, gateway (without one, the first"
                            + " host) and exclusions take all of it");
        }
    }

    private static boolean isOfPlan(String field) {
        return field.equals("prefix_length") || field.equals("gateway") || field.equals("exclusions");
    }

    private @Nullable String unitProblemIpv4() {
        return spec.unitLength() == 32 ? null : "must be 32 for an IPv4 pool, not " + spec.unitLength();
    }

    private @Nullable String unitProblemIpv6() {
        int unit = spec.unitLength();
        int whole = spec.cidr().length();
        if (unit == 0) {
            return "is missing: an IPv6 pool needs the length that is handed out, such as 56 or 128";
        }
        if (unit < whole || unit > 128) {
            return unit + " is not between " + whole + ", the length of " + spec.cidr() + ", and 128";
        }
        if (unit - whole > 32) {
            return String.format(
                    Locale.ROOT,
                    "%s has 2^%d prefixes of /%d, at most 2^32 are possible: choose a length up to %d or a CIDR of /%d",
                    spec.cidr(),
                    unit - whole,
                    unit,
                    whole + 32,
                    unit - 32);
        }
        return null;
    }

    private @Nullable String gatewayProblem() {
        Prefix gateway = spec.gateway();
        if (gateway == null) {
            return null;
        }
        if (!gateway.isAddress()) {
            return gateway + " is not an address";
        }
        return spec.cidr().contains(gateway) ? null : gateway.address() + " is not inside " + spec.cidr();
    }

    private void checkExclusions() {
        if (tooMany("exclusions", spec.exclusions().size(), EXCLUSIONS_MAX)) {
            return;
        }
        for (AddressRange exclusion : spec.exclusions()) {
            found("exclusions", exclusion.isInside(spec.cidr()) ? null : exclusion + " is not inside " + spec.cidr());
        }
    }

    private void checkDns() {
        if (tooMany("dns", spec.dns().size(), DNS_MAX)) {
            return;
        }
        for (Prefix server : spec.dns()) {
            found("dns", server.isAddress() ? null : server + " is not an address");
        }
    }

    private @Nullable String ttlProblem() {
        long ttl = spec.defaultTtlSeconds();
        return ttl >= 0 && ttl <= TTL_SECONDS_MAX
                ? null
                : ttl + " is not between 0, which is permanent, and " + TTL_SECONDS_MAX + ", ten years";
    }

    private void checkTerms(PoolTerms terms) {
        found("hold_seconds", timeProblem(terms.holdSeconds()));
        found("quarantine_seconds", timeProblem(terms.quarantineSeconds()));
        found("decline_seconds", timeProblem(terms.declineSeconds()));
        found("offer_seconds", timeProblem(terms.offerSeconds()));
        found("history_seconds", timeProblem(terms.historySeconds()));
    }

    private static @Nullable String timeProblem(long seconds) {
        return seconds <= TTL_SECONDS_MAX ? null : seconds + " is more than " + TTL_SECONDS_MAX + ", ten years";
    }

    private void checkMetadata() {
        if (tooMany("metadata", spec.metadata().size(), METADATA_ENTRIES_MAX)) {
            return;
        }
        for (Map.Entry<String, String> entry : spec.metadata().entrySet()) {
            String key = Quoted.of(entry.getKey());
            found("metadata", entry.getKey().isEmpty() ? "has an empty key" : null);
            found("metadata", textProblem("key " + key, entry.getKey(), METADATA_KEY_BYTES_MAX));
            found("metadata", textProblem("value of " + key, entry.getValue(), METADATA_VALUE_BYTES_MAX));
        }
    }

    private static @Nullable String textProblem(String what, String text, int bytesMax) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            return what + " is not Unicode: it has half a surrogate pair";
        }
        if (text.chars().anyMatch(Character::isISOControl)) {
            return what + " has control characters";
        }
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        return bytes <= bytesMax ? null : what + " has " + bytes + " bytes, at most " + bytesMax + " are possible";
    }

    private boolean tooMany(String field, int count, int max) {
        if (count <= max) {
            return false;
        }
        found(field, "has " + count + " entries, at most " + max + " are possible");
        return true;
    }

    private void found(String field, @Nullable String message) {
        if (message != null) {
            problems.add(new FieldProblem(field, message));
        }
    }
}
