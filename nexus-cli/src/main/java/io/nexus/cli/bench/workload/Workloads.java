package io.nexus.cli.bench.workload;

import java.util.Locale;
import java.util.function.Supplier;

/** The workloads by the names that people type, with what they do unless told otherwise. */
public enum Workloads {
    ALLOCATE(AllocateWorkload::new, 0, "unique subscribers in fresh pools"),
    RENEW(RenewWorkload::new, 10_000, "leases extended, at random"),
    CHURN(ChurnWorkload::new, 10_000, "releases and allocations in turn, half of the subscribers hold an address"),
    LOOKUP(LookupWorkload::new, 10_000, "by subscriber, by address, and both where there is none, a phase for each"),
    MIXED(MixedWorkload::new, 10_000, "95 % lookups, 5 % allocations"),
    STORM(StormWorkload::new, 20_000, "every subscriber of a gateway asks again at once"),
    NEARLY_FULL(NearlyFullWorkload::new, 65_000, "one pool at 10, 50, 90, 99 and 99.9 %, and full"),
    EXPIRY(ExpiryWorkload::new, 20_000, "leases that end in one minute, while others allocate"),
    SYNC(SyncWorkload::new, 0, "from an acknowledged write until every node sees it"),
    CATCHUP(CatchUpWorkload::new, 20_000, "a node that was away, until it is level again");

    private final Supplier<Workload> make;
    private final int subscribers;
    private final String description;

    Workloads(Supplier<Workload> make, int subscribers, String description) {
        this.make = make;
        this.subscribers = subscribers;
        this.description = description;
    }

    public Workload make() {
        return make.get();
    }

    /** Prepared in each pool unless asked otherwise; 0: none. */
    public int subscribers() {
        return subscribers;
    }

    public String description() {
        return description;
    }

    /** As people type it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
