package io.nexus.api.service;

import io.nexus.api.error.Problem;
import io.nexus.statemachine.model.AddressRange;
import io.nexus.statemachine.model.PoolSpec;
import io.nexus.statemachine.model.PoolTerms;
import io.nexus.statemachine.model.Prefix;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * From a pool and what a caller wants changed to the pool as it should be. What is wrong is a {@code ProblemException} that
 * names the field. Pure.
 */
final class PoolChangeRules {
    private static final Set<String> FIELDS = new TreeSet<>(Set.of(
            "cidr",
            "gateway",
            "exclusions",
            "dns",
            "default_ttl_seconds",
            "metadata",
            "policy",
            "hold_policy",
            "hold_seconds",
            "quarantine_seconds",
            "decline_seconds",
            "offer_seconds",
            "subscriber_limit",
            "history_seconds",
            "draining"));

    private PoolChangeRules() {}

    /** The pool with the new values, checked as a new one would be. */
    static PoolSpec changed(PoolSpec now, Requests.PoolChange change) {
        for (String field : new TreeSet<>(change.fields())) {
            if (!FIELDS.contains(field)) {
                throw Problem.field(field, "cannot be changed: only %s can", String.join(", ", FIELDS))
                        .exception();
            }
        }
        return RequestRules.spec(merged(now, change.body(), change.fields()));
    }

    private static Requests.NewPool merged(PoolSpec now, Requests.NewPool wanted, Set<String> fields) {
        Prefix gateway = now.gateway();
        return new Requests.NewPool(
                now.id(),
                fields.contains("cidr") ? wanted.cidr() : now.cidr().toString(),
                now.unitLength(),
                fields.contains("gateway") ? wanted.gateway() : gateway == null ? "" : gateway.address(),
                fields.contains("exclusions")
                        ? wanted.exclusions()
                        : now.exclusions().stream().map(AddressRange::toString).toList(),
                fields.contains("dns")
                        ? wanted.dns()
                        : now.dns().stream().map(Prefix::address).toList(),
                now.space(),
                fields.contains("default_ttl_seconds") ? wanted.defaultTtlSeconds() : now.defaultTtlSeconds(),
                fields.contains("metadata") ? wanted.metadata() : now.metadata(),
                terms(now.terms(), wanted.terms(), fields));
    }

    private static Requests.Terms terms(PoolTerms now, Requests.Terms wanted, Collection<String> fields) {
        return new Requests.Terms(
                fields.contains("policy") ? wanted.policy() : now.policy(),
                fields.contains("hold_policy") ? wanted.holdPolicy() : now.holdPolicy(),
                either(fields.contains("hold_seconds"), wanted.holdSeconds(), now.holdSeconds()),
                either(fields.contains("quarantine_seconds"), wanted.quarantineSeconds(), now.quarantineSeconds()),
                either(fields.contains("decline_seconds"), wanted.declineSeconds(), now.declineSeconds()),
                either(fields.contains("offer_seconds"), wanted.offerSeconds(), now.offerSeconds()),
                fields.contains("subscriber_limit") ? wanted.subscriberLimit() : now.subscriberLimit(),
                either(fields.contains("history_seconds"), wanted.historySeconds(), now.historySeconds()),
                fields.contains("draining") ? wanted.draining() : now.draining());
    }

    private static @Nullable Long either(boolean isWanted, @Nullable Long wanted, long now) {
        return isWanted ? wanted : Long.valueOf(now);
    }
}
