package io.nexus.cli.command;

import io.nexus.api.v1.AllocPolicy;
import io.nexus.api.v1.HoldPolicy;
import io.nexus.api.v1.PoolSpec;
import io.nexus.cli.output.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a pool gives its addresses out and takes them back. What is not given is the node's default. */
final class PoolTermsOptions {
    enum Policy {
        rotate,
        lowest,
        lru,
        random
    }

    enum Hold {
        soft,
        strict
    }

    @Option(names = "--policy", paramLabel = "POLICY", description = "next free address: ${COMPLETION-CANDIDATES}")
    @Nullable
    Policy policy;

    @Option(
            names = "--hold-policy",
            paramLabel = "POLICY",
            description = "soft: a held address is given away when the pool has nothing else left; strict: never")
    @Nullable
    Hold holdPolicy;

    @Option(names = "--hold", paramLabel = "SECONDS", description = "a released address is held for its last owner")
    @Nullable
    Long holdSeconds;

    @Option(names = "--quarantine", paramLabel = "SECONDS", description = "after that nobody new gets it")
    @Nullable
    Long quarantineSeconds;

    @Option(names = "--decline", paramLabel = "SECONDS", description = "a declined address rests")
    @Nullable
    Long declineSeconds;

    @Option(names = "--offer", paramLabel = "SECONDS", description = "an offer stands that names no time itself")
    @Nullable
    Long offerSeconds;

    @Option(names = "--limit", paramLabel = "N", description = "allocations of one subscriber at a time; 0: no limit")
    @Nullable
    Integer limit;

    @Option(names = "--history", paramLabel = "SECONDS", description = "how long it is known who had an address")
    @Nullable
    Long historySeconds;

    PoolSpec.Builder putTo(PoolSpec.Builder spec) {
        if (policy != null) {
            spec.setPolicy(AllocPolicy.valueOf("ALLOC_POLICY_" + policy.name().toUpperCase(Locale.ROOT)));
        }
        if (holdPolicy != null) {
            spec.setHoldPolicy(
                    HoldPolicy.valueOf("HOLD_POLICY_" + holdPolicy.name().toUpperCase(Locale.ROOT)));
        }
        if (holdSeconds != null) {
            spec.setHoldSeconds(holdSeconds);
        }
        if (quarantineSeconds != null) {
            spec.setQuarantineSeconds(quarantineSeconds);
        }
        if (declineSeconds != null) {
            spec.setDeclineSeconds(declineSeconds);
        }
        if (offerSeconds != null) {
            spec.setOfferSeconds(offerSeconds);
        }
        if (historySeconds != null) {
            spec.setHistorySeconds(historySeconds);
        }
        return limit == null ? spec : spec.setSubscriberLimit(limit);
    }

    /** The names of the fields that were given. */
    List<String> given() {
        List<String> fields = new ArrayList<>();
        add(fields, "policy", policy);
        add(fields, "hold_policy", holdPolicy);
        add(fields, "hold_seconds", holdSeconds);
        add(fields, "quarantine_seconds", quarantineSeconds);
        add(fields, "decline_seconds", declineSeconds);
        add(fields, "offer_seconds", offerSeconds);
        add(fields, "subscriber_limit", limit);
        add(fields, "history_seconds", historySeconds);
        return fields;
    }

    private static void add(List<String> fields, String name, @Nullable Object value) {
        if (value != null) {
            fields.add(name);
        }
    }

    static void show(PoolSpec spec, Table table) {
        String hold = spec.getHoldPolicy().name().replace("HOLD_POLICY_", "").toLowerCase(Locale.ROOT);
        table.row("policy", spec.getPolicy().name().replace("ALLOC_POLICY_", "").toLowerCase(Locale.ROOT))
                .row("hold", spec.getHoldSeconds() + " s, " + hold)
                .row("quarantine", spec.getQuarantineSeconds() + " s")
                .row("decline", spec.getDeclineSeconds() + " s")
                .row("offer", spec.getOfferSeconds() + " s")
                .row("limit", spec.getSubscriberLimit() == 0 ? "none" : spec.getSubscriberLimit() + " a subscriber")
                .row("history", spec.getHistorySeconds() + " s");
    }
}
