package io.nexus.crdt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A copy is exactly the log's rows at its position, on its branch; positions never go back; what is said of a token is
 * true; when faults stop, all are level. {@code -Dnexus.seeds=N} runs more.
 */
class FeedSimulationProperties {
    private static final int SEEDS = Integer.getInteger("nexus.seeds", 400);
    private static final int FLAWED_SEEDS = 400;
    private static final int ENOUGH = 4;
    private static final Set<SimFlaw> NONE = EnumSet.noneOf(SimFlaw.class);

    @Test
    void receiver_keepsItsPromises_throughAnyFault() {
        int[] seen = new int[4];
        Seeds.forEach(SEEDS, seed -> {
            FeedSimulation simulation = new FeedSimulation(seed, NONE, true);
            simulation.run();
            seen[0] += simulation.catchUps;
            seen[1] += simulation.damages;
            seen[2] += simulation.forks;
            seen[3] += simulation.repairs();
        });
        if (Long.getLong("seed") == null) {
            assertThat(seen[0]).as("catch-ups in all runs").isGreaterThan(SEEDS);
            assertThat(seen[1]).as("damages in all runs").isGreaterThan(SEEDS);
            assertThat(seen[2]).as("incarnations in all runs").isGreaterThan(SEEDS);
            assertThat(seen[3]).as("repairs in all runs").isGreaterThan(SEEDS / 10);
        }
    }

    /** The digest is the net below the rules, and must not be needed. */
    @Test
    void rules_suffice_whereNothingIsVerified() {
        Seeds.forEach(SEEDS, seed -> new FeedSimulation(seed, NONE, false).run());
    }

    /** A simulation that does not notice a missing rule proves nothing about the rules. */
    @ParameterizedTest
    @EnumSource(SimFlaw.class)
    void receiver_withAFlaw_isCaught(SimFlaw flaw) {
        int caught = 0;
        for (long seed = 1; seed <= FLAWED_SEEDS && caught < ENOUGH; seed++) {
            caught += fails(seed, flaw) ? 1 : 0;
        }
        assertThat(caught)
                .as("runs of %d that fail with %s", FLAWED_SEEDS, flaw)
                .isEqualTo(ENOUGH);
    }

    private static boolean fails(long seed, SimFlaw flaw) {
        try {
            new FeedSimulation(seed, EnumSet.of(flaw), seed % 2 == 0).run();
            return false;
        } catch (AssertionError e) {
            return true;
        }
    }
}
