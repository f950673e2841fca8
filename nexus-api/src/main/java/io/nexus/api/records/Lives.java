package io.nexus.api.records;

import io.nexus.crdt.records.HybridClock;
import io.nexus.crdt.records.Origin;
import io.nexus.crdt.records.RecordReplica;
import io.nexus.crdt.records.RecordStore;
import io.nexus.statemachine.storage.RecordDisk;
import io.nexus.statemachine.storage.RecordLife;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Under which incarnation this node writes. Sequence numbers must never be used twice, also when the disk is an older
 * image of itself. So a new incarnation is taken after an end that was not in order; after one in order the old name is
 * used again only if every other node said first that it knows no more of it. An incarnation is made of the time and a
 * random number, so that two runs from the same image do not draw the same. Writer thread only.
 */
final class Lives {
    private static final Logger LOG = LoggerFactory.getLogger(Lives.class);
    private static final int RANDOM_BITS = 16;

    private final RecordDisk store;
    private final UUID node;
    private final RecordSettings settings;
    private final InstantSource time;
    private final SecureRandom random = new SecureRandom();
    private final Set<UUID> agreed = new TreeSet<>();
    private boolean proven;

    Lives(RecordDisk store, UUID node, RecordSettings settings, InstantSource time) {
        this.store = store;
        this.node = node;
        this.settings = settings;
        this.time = time;
    }

    RecordReplica open(RecordStore watched) {
        RecordLife last = store.life();
        HybridClock clock = new HybridClock(
                settings.clockOffsetMax().toMillis(), store.state().clock());
        RecordReplica replica = new RecordReplica(new Origin(node, last.incarnation()), watched, clock);
        if (last.clean()) {
            store.keep(new RecordLife(last.incarnation(), false));
        } else {
            renew(replica);
        }
        return replica;
    }

    /** False while the name of the last run may be used up: a write must take a new one. */
    boolean proven() {
        return proven;
    }

    /** A node knows no more of this one's writes than there are here. */
    void agrees(UUID other) {
        agreed.add(other);
    }

    void expect(Set<UUID> others) {
        proven |= agreed.containsAll(others);
    }

    void renew(RecordReplica replica) {
        long drawn = time.millis() << RANDOM_BITS | random.nextInt(1 << RANDOM_BITS);
        long incarnation = Math.max(replica.self().incarnation() + 1, drawn);
        store.keep(new RecordLife(incarnation, false));
        replica.renew(new Origin(node, incarnation), time.millis());
        proven = true;
        LOG.atInfo().addKeyValue("incarnation", incarnation).log("this node writes records under a new incarnation");
    }

    void endInOrder(RecordReplica replica) {
        store.keep(new RecordLife(replica.self().incarnation(), true));
    }
}
