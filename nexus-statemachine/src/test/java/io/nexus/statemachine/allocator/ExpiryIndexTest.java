package io.nexus.statemachine.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.model.Invariant.InvariantBroken;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class ExpiryIndexTest {
    private static final long NOW = 1_790_000_000_000L; // the start of a bucket
    private static final long BUCKET = ExpiryIndex.BUCKET_MILLIS;
    private static final long REOFFER = ExpiryIndex.REOFFER_MILLIS;

    private final ExpiryIndex index = new ExpiryIndex();

    private List<String> due(long nowMillis, int limit) {
        List<String> leases = new ArrayList<>();
        for (Command command : index.due(nowMillis, limit)) {
            Command.Expire expire = (Command.Expire) command;
            Arrays.stream(expire.units()).forEach(unit -> leases.add(expire.instance() + "/" + unit));
        }
        assertThat(leases).hasSizeLessThanOrEqualTo(limit);
        return leases;
    }

    @Test
    void lease_isOfferedOnceItsBucketIsOver() {
        index.put(1, 7, NOW + 1);
        index.put(1, 8, NOW + BUCKET);
        assertThat(due(NOW + BUCKET - 1, 10)).isEmpty();
        assertThat(due(NOW + BUCKET, 10)).containsExactly("1/7");
        assertThat(due(NOW + 2 * BUCKET, 10)).contains("1/8");
    }

    @Test
    void lease_isOfferedAgain_onlyAfterAWhile() {
        index.put(1, 7, NOW);
        assertThat(due(NOW + BUCKET, 10)).containsExactly("1/7");
        assertThat(due(NOW + BUCKET, 10)).isEmpty();
        assertThat(due(NOW + BUCKET + REOFFER - 1, 10)).isEmpty();
        assertThat(due(NOW + BUCKET + REOFFER, 10)).containsExactly("1/7");
        assertThat(due(NOW + BUCKET + REOFFER + 1, 10)).isEmpty();
    }

    @Test
    void lease_thatWasRemoved_isNotOffered() {
        index.put(1, 7, NOW);
        index.put(1, 8, NOW);
        index.remove(1, 7, NOW);
        index.put(1, 7, NOW + 100 * BUCKET);
        assertThat(due(NOW + BUCKET, 10)).containsExactly("1/8");
        index.remove(1, 8, NOW);
        assertThat(due(NOW + BUCKET + REOFFER, 10)).isEmpty();
        assertThat(index.size()).isEqualTo(1);
    }

    @Test
    void slices_goOnWhereTheyStopped_acrossPoolsAndBuckets() {
        for (long unit : new long[] {0, 5, 0x7fff_ffffL, 0x8000_0000L, 0xffff_ffffL}) {
            index.put(2, unit, NOW);
            index.put(9, unit, NOW + BUCKET);
        }
        index.put(3, 1, NOW + 5);
        List<String> all = new ArrayList<>();
        List<String> slice = due(NOW + 2 * BUCKET, 3);
        while (!slice.isEmpty()) {
            all.addAll(slice);
            slice = due(NOW + 2 * BUCKET, 3);
        }
        assertThat(all)
                .containsExactly(
                        "2/0",
                        "2/5",
                        "2/2147483647",
                        "2/2147483648",
                        "2/4294967295",
                        "3/1",
                        "9/0",
                        "9/5",
                        "9/2147483647",
                        "9/2147483648",
                        "9/4294967295");
    }

    @Test
    void leasesBehindTheOffer_areFoundWithTheNextRound() {
        index.put(1, 100, NOW);
        assertThat(due(NOW + BUCKET, 10)).containsExactly("1/100");
        index.put(1, 50, NOW);
        assertThat(due(NOW + BUCKET + 1, 10)).isEmpty();
        assertThat(due(NOW + BUCKET + REOFFER, 10)).containsExactly("1/50", "1/100");
    }

    @Test
    void clockSetBack_doesNotStopTheOffers() {
        index.put(1, 7, NOW);
        assertThat(due(NOW + 100 * BUCKET, 10)).containsExactly("1/7");
        assertThat(due(NOW + BUCKET, 10)).containsExactly("1/7");
    }

    @Test
    void aMillionLeases_endingInOneMinute_areEachOfferedOnce() {
        int count = 1_000_000;
        for (int unit = 0; unit < count; unit++) {
            index.put(unit % 3, unit, NOW + unit % 60_000);
        }
        Set<Long> offered = new HashSet<>(2 * count);
        int calls = 0;
        for (List<Command> slice = index.due(NOW + 70_000, 2048);
                !slice.isEmpty();
                slice = index.due(NOW + 70_000, 2048)) {
            calls++;
            int inSlice = 0;
            for (Command command : slice) {
                Command.Expire expire = (Command.Expire) command;
                for (long unit : expire.units()) {
                    assertThat(offered.add(unit)).isTrue();
                    index.remove(expire.instance(), unit, NOW + unit % 60_000);
                    inSlice++;
                }
            }
            assertThat(inSlice).isLessThanOrEqualTo(2048);
        }
        assertThat(offered).hasSize(count);
        assertThat(calls).isEqualTo((count + 2047) / 2048);
        assertThat(index.size()).isZero();
    }

    @Test
    void wrongPutAndRemove_break() {
        index.put(1, 7, NOW);
        assertThatThrownBy(() -> index.put(1, 7, NOW + 1)).isInstanceOf(InvariantBroken.class);
        assertThatThrownBy(() -> index.remove(1, 8, NOW)).isInstanceOf(InvariantBroken.class);
        assertThatThrownBy(() -> index.remove(2, 7, NOW)).isInstanceOf(InvariantBroken.class);
        assertThatThrownBy(() -> index.remove(1, 7, NOW + BUCKET)).isInstanceOf(InvariantBroken.class);
    }

    @Test
    void due_besideTheWriter_losesNothing() throws InterruptedException, ExecutionException, TimeoutException {
        AtomicBoolean written = new AtomicBoolean();
        CompletableFuture<Set<String>> reader = CompletableFuture.supplyAsync(() -> {
            Set<String> seen = new HashSet<>();
            long now = NOW + BUCKET;
            while (!written.get()) {
                seen.addAll(due(now, 64));
                now++;
                LockSupport.parkNanos(200_000); // as an owner that asks now and then, not one that hogs the lock
            }
            for (int round = 0; round < 2; round++) { // what was put behind the last offer
                now += REOFFER;
                for (List<String> slice = due(now, 64); !slice.isEmpty(); slice = due(now, 64)) {
                    seen.addAll(slice);
                }
            }
            return seen;
        });
        int count = 100_000;
        for (int unit = 0; unit < count; unit++) {
            index.put(unit % 7, unit, NOW);
            if (unit % 3 == 0) {
                index.remove(unit % 7, unit, NOW);
                index.put(unit % 7, unit, Long.MAX_VALUE);
            }
        }
        written.set(true);
        Set<String> seen = reader.get(60, TimeUnit.SECONDS);
        for (int unit = 0; unit < count; unit++) {
            if (unit % 3 != 0) {
                String lease = unit % 7 + "/" + unit;
                assertThat(seen.contains(lease)).as(lease).isTrue(); // AssertJ's own contains goes through all
            }
        }
    }
}
