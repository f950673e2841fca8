package io.nexus.crdt.records;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.crdt.Seeds;
import io.nexus.crdt.records.RecordSimulation.Terms;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * All replicas come to the last write of each record; what a vector claims is there; nothing deleted comes back; writes
 * at once are counted, and only those; no name of a write is used twice.
 */
class RecordSimulationProperties {
    private static final int SEEDS = Integer.getInteger("nexus.seeds", 300);
    /** Of the broken variants: how many runs are tried to catch them. */
    private static final int BROKEN_SEEDS = 400;

    private static final Set<RecordReplica.Rule> ALL = EnumSet.allOf(RecordReplica.Rule.class);

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void replicas_keepTheirPromises_throughAnyFault(boolean losesDisks) {
        int[] seen = new int[3];
        Seeds.forEach(SEEDS, seed -> {
            RecordSimulation simulation = new RecordSimulation(seed, new Terms(ALL, true, true, losesDisks));
            simulation.run();
            seen[0] += simulation.dropped;
            seen[1] += simulation.compared;
            seen[2] += simulation.conflicts;
        });
        if (Long.getLong("seed") == null) {
            assertThat(seen[0]).as("tombstones dropped in all runs").isGreaterThan(SEEDS);
            assertThat(seen[1]).as("transfers by absence in all runs").isGreaterThan(losesDisks ? SEEDS / 4 : -1);
            assertThat(seen[2]).as("conflicts in all runs").isGreaterThan(SEEDS);
        }
    }

    /** A simulation that does not notice a missing rule proves nothing about the rules. */
    @ParameterizedTest
    @EnumSource(RecordReplica.Rule.class)
    void replica_withoutARule_isCaught(RecordReplica.Rule broken) {
        caught("without " + broken, new Terms(EnumSet.complementOf(EnumSet.of(broken)), true, true, false));
    }

    @Test
    void catchUpOfOneOrigin_isCaught() {
        caught("that catch up by origin", new Terms(ALL, true, false, false));
    }

    @Test
    void startUnderTheOldName_isCaught() {
        caught("that go on as before after a crash", new Terms(ALL, false, true, true));
    }

    private static void caught(String what, Terms terms) {
        int caught = 0;
        for (long seed = 1; seed <= BROKEN_SEEDS && caught < 3; seed++) {
            caught += fails(seed, terms) ? 1 : 0;
        }
        assertThat(caught).as("failed runs of replicas %s", what).isEqualTo(3);
    }

    private static boolean fails(long seed, Terms terms) {
        try {
            new RecordSimulation(seed, terms).run();
            return false;
        } catch (AssertionError | IllegalArgumentException e) {
            return true;
        }
    }
}
