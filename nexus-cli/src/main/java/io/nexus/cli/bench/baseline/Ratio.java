package io.nexus.cli.bench.baseline;

import java.util.List;

/** The ratios that are watched. */
public enum Ratio {
    allocate_of_echo(Better.HIGHER, 0.3, "allocations per second, of what a bare gRPC echo does"),
    lookup_of_echo(Better.HIGHER, 0.3, "lookups by subscriber per second, of what a bare gRPC echo does"),
    address_of_lookup(Better.HIGHER, 0.3, "lookups by address, of lookups by subscriber"),
    miss_of_lookup(Better.HIGHER, 0.4, "lookups that find nothing, of lookups that find"),
    mixed_of_echo(Better.HIGHER, 0.3, "95 % lookups and 5 % allocations, of what a bare gRPC echo does"),
    storm_of_allocate(Better.HIGHER, 0.4, "repeated allocations per second, of new ones"),
    allocate_cpu_of_echo(Better.LOWER, 0.3, "CPU time of all nodes for an allocation, of the echo's server for a call"),
    lookup_cpu_of_echo(Better.LOWER, 0.3, "CPU time of all nodes for a lookup, of the echo's server for a call"),
    full_p50(Better.LOWER, 0.5, "p50 of an allocation in a pool that is 99.9 % full, of one that is 10 % full"),
    full_p99(Better.LOWER, 1.0, "p99 of the same"),
    visible_p50_of_allocate(
            Better.LOWER, 0.5, "from an acknowledgement until the slowest node sees it, of the allocation");

    /** In which direction it should go. */
    public enum Better {
        HIGHER,
        LOWER
    }

    private final Better better;
    private final double tolerance;
    private final String meaning;

    Ratio(Better better, double tolerance, String meaning) {
        this.better = better;
        this.tolerance = tolerance;
        this.meaning = meaning;
    }

    public Better better() {
        return better;
    }

    /** Share of the baseline by which it may be worse, unless the baseline says otherwise. */
    public double tolerance() {
        return tolerance;
    }

    public String meaning() {
        return meaning;
    }

    /** True if it is worse than allowed. */
    public boolean worse(double measured, double base, double allowed) {
        return better == Better.HIGHER ? measured < base * (1 - allowed) : measured > base * (1 + allowed);
    }

    public static List<Ratio> all() {
        return List.of(values());
    }
}
