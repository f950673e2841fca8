package io.nexus.api.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Elections, pauses, cuts of single directions, copies that lag and copies that are relayed, at random: no node, the
 * deposed leader among them, ever says that its copy is younger than it is. Repeat a failure with
 * {@code -Dseed=<n> -Druns=1}.
 */
final class StalenessProperties {
    private static final int STEPS = 1_500;

    private final long firstSeed = Long.getLong("seed", System.nanoTime());
    private final int runs = Integer.getInteger("runs", 60);

    @Test
    void staleness_anySchedule_isNeverBelowTheTruth() {
        StalenessWorld.Tally tally = new StalenessWorld.Tally();
        for (long seed = firstSeed; seed < firstSeed + runs; seed++) {
            String violation = run(seed, StalenessWorld.Mutation.NONE, tally);
            assertThat(violation).as("seed " + seed).isNull();
        }
        // The schedules must be such that it could go wrong, or this test shows nothing.
        assertThat(tally.claims).as("claims").isGreaterThan(100L * runs);
        assertThat(tally.staleClaims).as("claims of copies that were behind").isGreaterThan(20L * runs);
        assertThat(tally.deposedClaims)
                .as("claims of leaders that had a successor")
                .isGreaterThan(runs / 2);
        assertThat(tally.fresh).as("claims below a second").isGreaterThan(20L * runs);
    }

    @Test
    void staleness_onTheWordOfALeaderThatProvedNothing_isCaught() {
        assertThat(isCaught(StalenessWorld.Mutation.UNPROVEN_LEADER)).isTrue();
    }

    @Test
    void staleness_countedFromTheAnswerInsteadOfTheQuestion_isCaught() {
        assertThat(isCaught(StalenessWorld.Mutation.AS_OF_THE_ANSWER)).isTrue();
    }

    /** With the same seeds always: one in thirty or so finds the rarer one. */
    private static boolean isCaught(StalenessWorld.Mutation mutation) {
        return LongStream.rangeClosed(1, 100).anyMatch(seed -> run(seed, mutation, new StalenessWorld.Tally()) != null);
    }

    private static @Nullable String run(long seed, StalenessWorld.Mutation mutation, StalenessWorld.Tally tally) {
        return new StalenessWorld(seed, mutation, tally).run(STEPS);
    }
}
