package io.nexus.api.watch;

import io.nexus.statemachine.model.Allocation;
import java.util.List;

/** A name under which watchers are found who may want a value. */
record Facet(Kind kind, String name) {
    static final Facet ANY = new Facet(Kind.ANY, "");

    enum Kind {
        ANY,
        POOL,
        SUBSCRIBER,
        ADDRESS
    }

    /** Every selector that wants the value has one of these as its {@link Selector#facet}. */
    static List<Facet> of(Watched value) {
        if (value instanceof Watched.Held held) {
            Allocation allocation = held.holding().allocation();
            return List.of(
                    ANY,
                    new Facet(Kind.POOL, allocation.poolId()),
                    new Facet(Kind.SUBSCRIBER, allocation.owner().subscriber()),
                    new Facet(Kind.ADDRESS, allocation.prefix().address()));
        } else if (value instanceof Watched.Configured configured) {
            return List.of(ANY, new Facet(Kind.POOL, configured.pool().spec().id()));
        }
        return List.of(ANY);
    }
}
