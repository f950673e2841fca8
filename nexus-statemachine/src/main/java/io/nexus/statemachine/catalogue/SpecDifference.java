package io.nexus.statemachine.catalogue;

import io.nexus.statemachine.model.PoolSpec;
import io.nexus.statemachine.model.PoolTerms;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Which fields of two pools differ, as the API spells them. */
final class SpecDifference {
    private SpecDifference() {}

    static List<String> between(PoolSpec a, PoolSpec b) {
        List<String> fields = new ArrayList<>();
        add(fields, "cidr", a.cidr(), b.cidr());
        add(fields, "prefix_length", a.unitLength(), b.unitLength());
        add(fields, "gateway", a.gateway(), b.gateway());
        add(fields, "exclusions", a.exclusions(), b.exclusions());
        add(fields, "dns", a.dns(), b.dns());
        add(fields, "space", a.space(), b.space());
        add(fields, "default_ttl_seconds", a.defaultTtlSeconds(), b.defaultTtlSeconds());
        add(fields, "metadata", a.metadata(), b.metadata());
        addTerms(fields, a.terms(), b.terms());
        return fields;
    }

    private static void addTerms(List<String> fields, PoolTerms a, PoolTerms b) {
        add(fields, "policy", a.policy(), b.policy());
        add(fields, "hold_policy", a.holdPolicy(), b.holdPolicy());
        add(fields, "hold_seconds", a.holdSeconds(), b.holdSeconds());
        add(fields, "quarantine_seconds", a.quarantineSeconds(), b.quarantineSeconds());
        add(fields, "decline_seconds", a.declineSeconds(), b.declineSeconds());
        add(fields, "offer_seconds", a.offerSeconds(), b.offerSeconds());
        add(fields, "subscriber_limit", a.subscriberLimit(), b.subscriberLimit());
        add(fields, "history_seconds", a.historySeconds(), b.historySeconds());
        add(fields, "draining", a.draining(), b.draining());
    }

    private static void add(List<String> fields, String name, @Nullable Object a, @Nullable Object b) {
        if (!Objects.equals(a, b)) {
            fields.add(name);
        }
    }
}
