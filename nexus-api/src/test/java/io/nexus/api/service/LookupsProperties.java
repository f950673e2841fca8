package io.nexus.api.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.error.ProblemException;
import io.nexus.api.service.Lookups.Answer;
import io.nexus.api.service.Lookups.Demand;
import io.nexus.crdt.Step;
import io.nexus.crdt.Token;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Reason;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * A copy that lags, owners that cannot prove themselves, and every kind of demand, at random: what was acknowledged is
 * never denied, and what was demanded is kept or refused. Repeat a failure with {@code -Dseed=<n>}.
 */
class LookupsProperties extends LookupFixture {
    private static final int ROUNDS = 250;
    private static final long BOUND_MILLIS = 1_000;
    private static final Set<Reason> REFUSALS = Set.of(Reason.OWNER_UNREACHABLE, Reason.STALE_READ);

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Map<PoolEntry, TestLog> logs = Map.of(V4, one, V6, two);
    private final Map<PoolEntry, Deque<Step>> late = Map.of(V4, new ArrayDeque<>(), V6, new ArrayDeque<>());
    /** What each subscriber holds, and its last write in each pool. */
    private final Set<String> held = new HashSet<>();

    private final Map<String, Token> lastWrites = new HashMap<>();
    private int answered;
    private int refused;

    @Test
    void lookup_anyLagAndAnyFailure_deniesNothingAndKeepsWhatWasDemanded() {
        for (int round = 0; round < ROUNDS; round++) {
            PoolEntry pool = random.nextBoolean() ? V4 : V6;
            String subscriber = "s" + random.nextInt(6);
            switch (random.nextInt(8)) {
                case 0, 1 -> write(pool, subscriber);
                case 2 -> deliver(pool);
                case 3 -> proofs();
                default -> look(pool, subscriber);
            }
        }
        assertThat(answered).as("seed " + seed).isGreaterThan(ROUNDS / 8);
        assertThat(refused).as("seed " + seed).isPositive();
    }

    private void write(PoolEntry pool, String subscriber) {
        TestLog log = logs.get(pool);
        String key = key(pool, subscriber);
        boolean releases = held.remove(key);
        if (!releases) {
            held.add(key);
        }
        Step step = releases ? log.release(pool, subscriber) : log.allocate(pool, subscriber);
        lastWrites.put(key, step.after().token());
        late.get(pool).add(step);
    }

    private void deliver(PoolEntry pool) {
        Deque<Step> steps = late.get(pool);
        for (int i = random.nextInt(4); i > 0 && !steps.isEmpty(); i--) {
            c.copy(steps.removeFirst());
        }
    }

    private void proofs() {
        if (lab.cannotProve.isEmpty() && random.nextInt(3) == 0) {
            lab.cannotProve.add(random.nextBoolean() ? "a" : "b");
        } else {
            lab.cannotProve.clear();
        }
    }

    private void look(PoolEntry pool, String subscriber) {
        boolean level = late.values().stream().allMatch(Deque::isEmpty);
        lab.stalenessMillis = level ? 5 : 2 * BOUND_MILLIS;
        Token token = random.nextInt(3) == 0 ? lastWrites.get(key(pool, subscriber)) : null;
        long bound = random.nextInt(3) == 0 ? BOUND_MILLIS : 0;
        Demand demand = new Demand(token, bound, random.nextInt(5) == 0);
        boolean one = random.nextBoolean();
        String what = "seed " + seed + ", " + subscriber + ", " + demand + ", "
                + (one ? pool.spec().id() : "any pool");
        try {
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(lab.cannotProve.isEmpty() ? 20_000 : 250);
            Answer answer =
                    join(c.lookups.bySubscriber(subscriber, one ? pool.spec().id() : null, demand, deadline));
            check(what, one ? List.of(pool) : List.of(V4, V6), pool, subscriber, demand, answer);
            answered++;
        } catch (CompletionException e) {
            assertThat(e.getCause()).as(what).isInstanceOf(ProblemException.class);
            assertThat(((ProblemException) e.getCause()).problem().reason())
                    .as(what)
                    .isIn(REFUSALS);
            assertThat(lab.cannotProve).as(what).isNotEmpty();
            refused++;
        }
    }

    private void check(
            String what, List<PoolEntry> pools, PoolEntry pool, String subscriber, Demand demand, Answer answer) {
        List<String> found =
                answer.allocations().stream().map(Allocation::poolId).toList();
        for (PoolEntry each : pools) {
            boolean truth = held.contains(key(each, subscriber));
            boolean exact = demand.owner()
                    || demand.maxStalenessMillis() > 0
                    || (demand.token() != null && each.equals(pool))
                    || found.isEmpty();
            if (exact) {
                assertThat(found.contains(each.spec().id())).as(what).isEqualTo(truth);
            }
        }
    }

    private static String key(PoolEntry pool, String subscriber) {
        return pool.spec().id() + " " + subscriber;
    }
}
