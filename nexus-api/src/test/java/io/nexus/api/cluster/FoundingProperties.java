package io.nexus.api.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Founding under faults, over many seeds. Repeat a failure with {@code -Dseed=<n> -Druns=1}. */
final class FoundingProperties {
    private final long firstSeed = Long.getLong("seed", System.nanoTime());
    private final int runs = Integer.getInteger("runs", 200);

    @Test
    void founding_crashesAndLossyNetwork_givesOneClusterToAll() {
        for (long seed = firstSeed; seed < firstSeed + runs; seed++) {
            FoundingSimulation simulation = new FoundingSimulation(seed, 1 + (int) Math.floorMod(seed, 5L));
            run(simulation, seed, 0);
            assertThat(simulation.clusters()).as("seed " + seed).hasSize(1);
            assertThat(simulation.machines()).as("seed " + seed).allMatch(FoundingSimulation.Machine::inForce);
        }
    }

    @Test
    void founding_disksLostOnTheWay_neverGivesTwoClusters() {
        for (long seed = firstSeed; seed < firstSeed + runs; seed++) {
            FoundingSimulation simulation = new FoundingSimulation(seed, 3 + (int) Math.floorMod(seed, 3L));
            run(simulation, seed, 2);
            assertThat(simulation.clustersInForce()).as("seed " + seed).hasSizeLessThanOrEqualTo(1);
            String note = "seed " + seed;
            simulation.machines().stream()
                    .filter(machine -> !machine.inForce())
                    .forEach(machine -> assertThat(machine.founding.reasons())
                            .as(note)
                            .anySatisfy(reason -> assertThat(reason)
                                    .containsAnyOf(
                                            "empty their data directories", "waits for", "no majority of the peers")));
        }
    }

    private static void run(FoundingSimulation simulation, long seed, int wipes) {
        try {
            simulation.chaos(1_500, wipes);
            simulation.calm();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("seed " + seed, e);
        }
    }
}
