package io.nexus.api.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.service.Lookups.Answer;
import io.nexus.api.service.Lookups.Demand;
import io.nexus.api.service.Lookups.Role;
import io.nexus.crdt.Step;
import io.nexus.crdt.Token;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Reason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LocalLookupsTest extends LookupFixture {
    @Test
    void subscriber_isFoundInTheLocalCopy_withoutAskingAnybody() {
        Step step = one.allocate(V4, "alice");
        c.copy(step);
        lab.owners.clear();
        Answer answer = bySubscriber(c, "alice", null, Demand.LOCAL);
        assertThat(answer.allocations()).hasSize(1);
        Allocation found = answer.allocations().get(0);
        assertThat(found.prefix()).isEqualTo(one.given().prefix());
        assertThat(found.poolId()).isEqualTo("v4");
        assertThat(answer.asOf()).hasSize(2);
        assertThat(answer.asOf().get(0)).satisfies(asOf -> {
            assertThat(asOf.segment()).isEqualTo(1);
            assertThat(asOf.seq()).isEqualTo(step.seq());
            assertThat(asOf.stalenessMillis()).isBetween(5L, 60_000L);
            assertThat(asOf.role()).isEqualTo(Role.FOLLOWER);
        });
    }

    @Test
    void subscriber_withAllocationsInBothFamilies_seesIpv4First_newestFirst() {
        PoolEntry second = TestLog.pool("v4b", "10.9.0.0/24", 3, 2);
        c.copy(two.open(second));
        c.copy(two.allocate(V6, "alice"));
        c.copy(two.allocate(second, "alice"));
        c.copy(one.allocate(V4, "alice"));
        c.copy(one.allocate(V4, "bob"));
        Answer answer = bySubscriber(c, "alice", null, Demand.LOCAL);
        assertThat(answer.allocations())
                .extracting(Allocation::poolId)
                .hasSize(3)
                .last()
                .isEqualTo("v6");
        assertThat(answer.allocations())
                .filteredOn(x -> !x.poolId().equals("v6"))
                .isSortedAccordingTo((x, y) -> Long.compare(y.allocatedAtMillis(), x.allocatedAtMillis()));
        assertThat(bySubscriber(c, "alice", "v4b", Demand.LOCAL).allocations())
                .extracting(Allocation::poolId)
                .containsExactly("v4b");
    }

    @Test
    void address_isFoundByTheAllocationThatContainsIt() {
        c.copy(two.allocate(V6, "alice"));
        Allocation given = two.given();
        assertThat(given.prefix().length()).isEqualTo(56);
        var inside = io.nexus.statemachine.model.Prefix.masked(
                given.prefix().family(), given.prefix().hi(), 0x1234, 128);
        assertThat(byAddress(c, inside, Demand.LOCAL).allocations())
                .extracting(x -> x.owner().subscriber())
                .containsExactly("alice");
    }

    @Test
    void nodeWithTooMuchToDo_saysSoAtOnce() {
        CountDownLatch release = new CountDownLatch(1);
        try {
            c.threads.execute(() -> await(release));
            c.threads.execute(() -> await(release));
            for (int i = 0; i < 4_096; i++) {
                c.threads.execute(() -> {});
            }
            assertProblem(c.lookups.bySubscriber("alice", null, Demand.LOCAL, soon()), Reason.OVERLOADED);
        } finally {
            release.countDown();
        }
    }

    @Test
    void addressOfAPoolThatEndedUnnoticed_isAskedOfAllOwners() {
        one.seal(V4);
        meta.remove(V4);
        PoolEntry successor = TestLog.pool("successor", "100.64.0.0/16", 9, 2);
        two.open(successor);
        two.allocate(successor, "alice");
        // c knows nothing of all that: the address is V4's there.
        assertThat(byAddress(c, two.given().prefix(), Demand.LOCAL).allocations())
                .extracting(Allocation::poolId)
                .containsExactly("successor");
    }

    @Test
    void token_isWaitedFor() {
        Step step = one.allocate(V4, "alice");
        CompletableFuture<Answer> answer =
                c.lookups.bySubscriber("alice", "v4", new Demand(token(step), 0, false), soon());
        c.copy(step);
        Answer got = join(answer);
        assertThat(got.allocations()).hasSize(1);
        assertThat(got.asOf().get(0).seq()).isGreaterThanOrEqualTo(step.seq());
    }

    @Test
    void token_thatDoesNotCome_makesTheOwnerAnswer() {
        c.copy(one.allocate(V4, "alice"));
        Step released = one.release(V4, "alice"); // never reaches c
        Demand demand = new Demand(token(released), 0, false);
        assertThat(bySubscriber(c, "alice", "v4", Demand.LOCAL).allocations()).hasSize(1);
        Answer answer = bySubscriber(c, "alice", "v4", demand);
        assertThat(answer.allocations()).isEmpty();
        assertThat(answer.asOf().get(0).role()).isEqualTo(Role.OWNER);
        a.kill();
        assertProblem(c.lookups.bySubscriber("alice", "v4", demand, inHalfASecond()), Reason.STALE_READ);
    }

    @Test
    void token_ofAnotherSegment_doesNotMatter() {
        c.copy(one.allocate(V4, "alice"));
        Demand demand = new Demand(new Token(2, 1, 99), 0, false);
        assertThat(bySubscriber(c, "alice", "v4", demand).allocations()).hasSize(1);
    }

    @Test
    void stalenessBound_isHeldByAskingTheOwner() {
        c.copy(one.allocate(V4, "alice"));
        one.release(V4, "alice");
        lab.stalenessMillis = 50;
        assertThat(bySubscriber(c, "alice", "v4", new Demand(null, 100, false)).allocations())
                .hasSize(1);
        lab.stalenessMillis = 101;
        assertThat(bySubscriber(c, "alice", "v4", new Demand(null, 100, false)).allocations())
                .isEmpty();
        lab.stalenessMillis = -1;
        assertThat(bySubscriber(c, "alice", "v4", new Demand(null, 100, false)).allocations())
                .isEmpty();
        a.kill();
        assertProblem(
                c.lookups.bySubscriber("alice", "v4", new Demand(null, 100, false), inHalfASecond()),
                Reason.STALE_READ);
        assertThat(bySubscriber(c, "alice", "v4", Demand.LOCAL).allocations()).hasSize(1);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Token token(Step step) {
        return step.after().token();
    }
}
