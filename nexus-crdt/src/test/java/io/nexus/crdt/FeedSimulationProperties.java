package io.nexus.crdt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A live copy is exactly the log up to its position; positions never go back; when faults stop, all are level. */
class FeedSimulationProperties {
    private static final int SEEDS = 600;

    @Test
    void receiver_keepsItsPromises_throughAnyFault() {
        int[] seen = new int[2];
        Seeds.forEach(SEEDS, seed -> {
            FeedSimulation simulation = new FeedSimulation(seed, EnumSet.allOf(StreamReceiver.Rule.class));
            simulation.run();
            seen[0] += simulation.catchUps;
            seen[1] += simulation.damages;
        });
        if (Long.getLong("seed") == null) {
            assertThat(seen[0]).as("catch-ups in all runs").isGreaterThan(SEEDS);
            assertThat(seen[1]).as("damages in all runs").isGreaterThan(SEEDS / 10);
        }
    }

    /** A simulation that does not notice a missing rule proves nothing about the rules. */
    @ParameterizedTest
    @EnumSource(StreamReceiver.Rule.class)
    void receiver_withoutARule_isCaught(StreamReceiver.Rule broken) {
        Set<StreamReceiver.Rule> rules = EnumSet.complementOf(EnumSet.of(broken));
        int caught = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            caught += fails(seed, rules) ? 1 : 0;
        }
        assertThat(caught).as("runs that fail without " + broken).isGreaterThan(3);
    }

    private static boolean fails(long seed, Set<StreamReceiver.Rule> rules) {
        try {
            new FeedSimulation(seed, rules).run();
            return false;
        } catch (AssertionError e) {
            return true;
        }
    }
}
