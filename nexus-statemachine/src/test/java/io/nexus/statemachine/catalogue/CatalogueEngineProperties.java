package io.nexus.statemachine.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.command.Outcome.Accepted;
import io.nexus.statemachine.command.Outcome.Rejected;
import io.nexus.statemachine.model.Family;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.PoolSpec;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.model.Reason;
import io.nexus.statemachine.model.Seeded;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random commands in random batches, against a list of pools that is searched from end to end. */
class CatalogueEngineProperties {

    @Test
    void pools_createdAndRemovedAtRandom_areThoseOfTheList() {
        Seeded.forAll(100, random -> {
            CatalogueFixture catalogue = CatalogueFixture.founded();
            Oracle oracle = new Oracle();
            for (int batch = 0; batch < 20; batch++) {
                List<Command> commands = new ArrayList<>();
                for (int i = random.nextInt(6); i >= 0; i--) {
                    commands.add(command(random));
                }
                List<Outcome> outcomes = catalogue.applyAt(random.nextLong(1000), commands);
                for (int i = 0; i < commands.size(); i++) {
                    oracle.check(commands.get(i), outcomes.get(i));
                }
                // a plan, one entry for each pool, and the next instance once there was a pool
                int expected = 1 + oracle.pools.size() + (oracle.nextInstance > 1 ? 1 : 0);
                assertThat(catalogue.rows.size()).isEqualTo(expected);
            }
        });
    }

    private static Command command(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> new Command.RemovePool(1 + random.nextInt(30));
            case 1 -> new Command.FindPool("p" + random.nextInt(6));
            default -> new Command.CreatePool(spec(random));
        };
    }

    private static PoolSpec spec(SplittableRandom random) {
        Prefix cidr = Prefix.masked(Family.IPV4, 0, random.nextInt(256), 24 + random.nextInt(7));
        String space = random.nextBoolean() ? "a" : "b";
        return new PoolSpec("p" + random.nextInt(6), space, cidr, 32, null, List.of(), List.of(), 0, Map.of());
    }

    private static final class Oracle {
        private final List<PoolEntry> pools = new ArrayList<>();
        private int nextInstance = 1;

        void check(Command command, Outcome outcome) {
            if (command instanceof Command.CreatePool create) {
                checkCreate(create.spec(), outcome);
            } else if (command instanceof Command.FindPool find) {
                PoolEntry entry = byId(find.poolId());
                if (entry == null) {
                    assertReason(outcome, Reason.NO_SUCH_POOL);
                } else {
                    assertThat(outcome).isEqualTo(Accepted.of(false, entry));
                }
            } else if (command instanceof Command.RemovePool remove) {
                boolean removed = pools.removeIf(pool -> pool.instance() == remove.instance());
                assertThat(((Accepted) outcome).changed()).isEqualTo(removed);
            }
        }

        private void checkCreate(PoolSpec spec, Outcome outcome) {
            PoolEntry same = byId(spec.id());
            if (same != null && same.spec().equals(spec)) {
                assertThat(outcome).isEqualTo(Accepted.of(false, same));
            } else if (same != null) {
                assertReason(outcome, Reason.POOL_EXISTS);
            } else if (pools.stream().anyMatch(pool -> isInTheWay(pool.spec(), spec))) {
                assertReason(outcome, Reason.POOL_OVERLAPS);
            } else {
                PoolEntry entry = new PoolEntry(spec, nextInstance++, PoolPlacement.segment(42, spec.id(), 2));
                assertThat(outcome).isEqualTo(Accepted.of(true, entry));
                pools.add(entry);
            }
        }

        private @Nullable PoolEntry byId(String id) {
            return pools.stream()
                    .filter(pool -> pool.spec().id().equals(id))
                    .findFirst()
                    .orElse(null);
        }

        private static boolean isInTheWay(PoolSpec a, PoolSpec b) {
            return a.space().equals(b.space()) && a.cidr().overlaps(b.cidr());
        }

        private static void assertReason(Outcome outcome, Reason reason) {
            assertThat(outcome).isInstanceOf(Rejected.class);
            assertThat(((Rejected) outcome).reason()).isEqualTo(reason);
        }
    }
}
