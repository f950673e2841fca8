package io.nexus.statemachine.model;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an operator asked for when creating a pool. Validity of the parts against each other (gateway and exclusions
 * inside the CIDR, unit count) is checked by {@code PoolRules}.
 *
 * @param id unique in the cluster
 * @param space address space (VRF); pools overlap only across spaces
 * @param cidr all of it, without host bits
 * @param unitLength length of what is handed out: 32 for IPv4, the delegated length for IPv6
 * @param gateway never handed out; null where the operator gave none
 * @param exclusions ranges never handed out
 * @param defaultTtlSeconds lease time where the request names none; 0 means permanent
 * @param terms how addresses are given out and taken back
 * @param origin the CIDR that the pool was created with, equal to or inside of what it is now: units are counted from it
 */
public record PoolSpec(
        String id,
        String space,
        Prefix cidr,
        int unitLength,
        @Nullable Prefix gateway,
        List<AddressRange> exclusions,
        List<Prefix> dns,
        long defaultTtlSeconds,
        Map<String, String> metadata,
        PoolTerms terms,
        Prefix origin) {
    public static final String DEFAULT_SPACE = "default";

    /** Of a new pool. */
    public PoolSpec(
            String id,
            String space,
            Prefix cidr,
            int unitLength,
            @Nullable Prefix gateway,
            List<AddressRange> exclusions,
            List<Prefix> dns,
            long defaultTtlSeconds,
            Map<String, String> metadata,
            PoolTerms terms) {
        this(id, space, cidr, unitLength, gateway, exclusions, dns, defaultTtlSeconds, metadata, terms, cidr);
    }

    /** With the default terms. */
    public PoolSpec(
            String id,
            String space,
            Prefix cidr,
            int unitLength,
            @Nullable Prefix gateway,
            List<AddressRange> exclusions,
            List<Prefix> dns,
            long defaultTtlSeconds,
            Map<String, String> metadata) {
        this(id, space, cidr, unitLength, gateway, exclusions, dns, defaultTtlSeconds, metadata, PoolTerms.DEFAULT);
    }

    /** As an operator would ask for it: without a memory of how it grew. */
    public PoolSpec asAsked() {
        return new PoolSpec(
                id, space, cidr, unitLength, gateway, exclusions, dns, defaultTtlSeconds, metadata, terms, cidr);
    }

    public PoolSpec {
        exclusions = List.copyOf(exclusions);
        dns = List.copyOf(dns);
        metadata =
                java.util.Collections.unmodifiableMap(new TreeMap<>(metadata)); // sorted: encoded the same everywhere
    }
}
