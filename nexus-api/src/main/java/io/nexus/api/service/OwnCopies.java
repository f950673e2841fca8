package io.nexus.api.service;

import io.nexus.api.consensus.GroupView.GroupState;
import io.nexus.api.service.Gathered.Part;
import io.nexus.api.service.Lookups.Role;
import io.nexus.crdt.Position;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** This node's copies of the segments: how far each is, and how old at most. Thread-safe; blocks on disk. */
final class OwnCopies {
    private final LocalLookups.Sources sources;
    private final StoreReader reader;

    OwnCopies(LocalLookups.Sources sources, StoreReader reader) {
        this.sources = sources;
        this.reader = reader;
    }

    /** A copy, without rows. Rows that are read afterwards are at least as new as it says. */
    Part part(int segment) {
        GroupState group = sources.groups().group(segment);
        Role role = group.leaderReady() ? Role.OWNER : group.hosted() ? Role.MEMBER : Role.FOLLOWER;
        // The clock, then the age, then the position: each may only be better than the one before says.
        long now = System.nanoTime();
        long staleness = intact(segment) ? sources.cluster().stalenessMillis(segment) : -1;
        long asOf = now - TimeUnit.MILLISECONDS.toNanos(Math.max(0, staleness));
        Position position = reader.position(segment);
        return new Part(
                segment,
                position == null ? 0 : position.incarnation(),
                position == null ? 0 : position.seq(),
                role,
                false,
                staleness >= 0,
                asOf,
                List.of());
    }

    /** False for a copy that is suspect or being replaced. */
    boolean intact(int segment) {
        return sources.intact().test(segment);
    }
}
