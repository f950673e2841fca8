package io.nexus.api.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nexus.api.error.ProblemException;
import io.nexus.api.service.Lookups.Answer;
import io.nexus.api.service.Lookups.Demand;
import io.nexus.api.service.Lookups.Role;
import io.nexus.crdt.Position;
import io.nexus.crdt.Step;
import io.nexus.crdt.Token;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Reason;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.AbstractThrowableAssert;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LocalLookupsTest {
    private static final PoolEntry V4 = TestLog.pool("v4", "100.64.0.0/24", 1, 1);
    private static final PoolEntry V6 = TestLog.pool("v6", "2001:db8::/40", 2, 2);

    private final LookupLab lab = new LookupLab();
    private final LookupLab.Node a = lab.node("a");
    private final LookupLab.Node b = lab.node("b");
    private final LookupLab.Node c = lab.node("c");
    private final TestLog one = new TestLog(1, a.store, a.listener);
    private final TestLog two = new TestLog(2, b.store, b.listener);
    private final TestLog meta = new TestLog(0, a.store, a.listener);

    @BeforeEach
    void openPools() {
        Step v4 = one.open(V4);
        b.copy(v4);
        c.copy(v4);
        Step v6 = two.open(V6);
        a.copy(v6);
        c.copy(v6);
        for (PoolEntry pool : new PoolEntry[] {V4, V6}) {
            Step entered = meta.enter(pool);
            b.copy(entered);
            c.copy(entered);
        }
    }

    @AfterEach
    void closeLab() throws InterruptedException {
        lab.close();
    }

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
        Lookups.AsOf asOf = answer.asOf().get(0);
        assertThat(asOf).isEqualTo(new Lookups.AsOf(1, 1, step.seq(), 5, Role.FOLLOWER));
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
    void notFound_isSaidOnlyByTheOwners() {
        a.asked = 0;
        b.asked = 0;
        assertThat(bySubscriber(c, "nobody", null, Demand.LOCAL).allocations()).isEmpty();
        assertThat(a.asked).isEqualTo(1);
        assertThat(b.asked).isEqualTo(1);
        assertThat(bySubscriber(c, "nobody", "v4", Demand.LOCAL).asOf())
                .extracting(Lookups.AsOf::segment, Lookups.AsOf::role)
                .containsExactly(org.assertj.core.api.Assertions.tuple(1, Role.OWNER));
        assertThat(a.asked).isEqualTo(2);
        assertThat(b.asked).isEqualTo(1);
    }

    @Test
    void copyThatIsBehind_getsTheAllocationFromTheOwner() {
        one.allocate(V4, "alice"); // c has not heard of it
        assertThat(bySubscriber(c, "alice", null, Demand.LOCAL).allocations()).hasSize(1);
        assertThat(byAddress(c, one.given().prefix(), Demand.LOCAL).allocations())
                .hasSize(1);
    }

    @Test
    void ownerItself_provesItsLeadership_beforeItSaysNotFound() {
        assertThat(bySubscriber(a, "nobody", "v4", Demand.LOCAL).allocations()).isEmpty();
        assertThat(a.asked).isEqualTo(1);
        lab.cannotProve.add("a");
        assertProblem(a.lookups.bySubscriber("nobody", "v4", Demand.LOCAL, inHalfASecond()), Reason.OWNER_UNREACHABLE);
    }

    @Test
    void notFound_withAnOwnerThatCannotBeAsked_saysSo() {
        a.kill();
        assertProblem(c.lookups.bySubscriber("nobody", "v4", Demand.LOCAL, inHalfASecond()), Reason.OWNER_UNREACHABLE)
                .satisfies(e -> assertThat(((ProblemException) e).problem().retryAfter())
                        .isNotNull());
        lab.owners.remove(1);
        assertProblem(c.lookups.bySubscriber("nobody", null, Demand.LOCAL, inHalfASecond()), Reason.OWNER_UNREACHABLE);
        assertThat(bySubscriber(c, "nobody", "v6", Demand.LOCAL).allocations()).isEmpty();
    }

    @Test
    void formerOwner_namesTheNewOne_whichIsAsked() {
        b.copy(one.allocate(V4, "alice"));
        lab.owners.put(1, "b");
        c.believes.put(1, "a");
        Answer answer = bySubscriber(c, "alice", "v4", Demand.LOCAL);
        assertThat(answer.allocations()).hasSize(1);
        assertThat(b.asked).isEqualTo(1);
    }

    @Test
    void ownerThatDied_isWaitedForUntilAnotherLeads() {
        b.copy(one.allocate(V4, "alice"));
        a.kill();
        CompletableFuture<Answer> answer = c.lookups.bySubscriber("alice", "v4", Demand.LOCAL, soon());
        lab.owners.put(1, "b");
        Answer got = join(answer);
        assertThat(got.allocations()).hasSize(1);
        assertThat(b.asked).isEqualTo(1);
    }

    @Test
    void segmentWithoutOwner_isWaitedFor_andTheOthersAreAskedOnce() {
        one.allocate(V4, "alice");
        lab.owners.remove(1);
        CompletableFuture<Answer> answer = c.lookups.bySubscriber("alice", null, new Demand(null, 0, true), soon());
        lab.cannotProve.add("a");
        lab.owners.put(1, "a");
        Awaitility.await("a is asked in vain").until(() -> a.asked > 0);
        assertThat(answer).isNotDone();
        lab.cannotProve.clear();
        assertThat(join(answer).allocations()).hasSize(1);
        assertThat(b.asked).isEqualTo(1);
    }

    @Test
    void nodeThatTakesUsForAnotherCluster_isNotAskedAgain() {
        c.cluster = "0b0c5a4e-98a4-4b35-9b3b-0000000000ff";
        assertProblem(c.lookups.bySubscriber("nobody", "v4", Demand.LOCAL, soon()), Reason.OWNER_UNREACHABLE)
                .hasMessageContaining("FAILED_PRECONDITION");
        assertThat(a.asked).isZero();
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
    void token_ofALostBranch_saysThatTheWriteIsLost() {
        c.copy(one.allocate(V4, "alice"));
        Demand older = new Demand(new Token(1, 0, 3), 0, false);
        assertProblem(c.lookups.bySubscriber("alice", "v4", older, soon()), Reason.WRITE_LOST);
        Position owner = Objects.requireNonNull(a.store.segment(1).position());
        Demand beyond = new Demand(new Token(1, 1, owner.seq() + 5), 0, false);
        assertProblem(c.lookups.bySubscriber("alice", "v4", beyond, soon()), Reason.WRITE_LOST);
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

    @Test
    void copyThatIsNotToBeTrusted_isNotAskedWhileTheOwnerAnswers() {
        c.copy(one.allocate(V4, "alice"));
        one.release(V4, "alice");
        c.suspect.add(1);
        Answer answer = bySubscriber(c, "alice", "v4", Demand.LOCAL);
        assertThat(answer.allocations()).isEmpty();
        assertThat(answer.asOf()).extracting(Lookups.AsOf::role).containsExactly(Role.OWNER);
    }

    @Test
    void copyThatIsNotToBeTrusted_answersWhereNothingElseCan_ifNothingWasDemanded() {
        c.copy(one.allocate(V4, "alice"));
        c.suspect.add(1);
        a.kill();
        Answer answer = bySubscriber(c, "alice", "v4", Demand.LOCAL);
        assertThat(answer.allocations()).hasSize(1);
        assertThat(answer.asOf()).extracting(Lookups.AsOf::stalenessMillis).containsExactly(-1L);
        Demand fresh = new Demand(null, 100, false);
        assertProblem(c.lookups.bySubscriber("alice", "v4", fresh, inHalfASecond()), Reason.STALE_READ);
        assertProblem(c.lookups.bySubscriber("nobody", "v4", Demand.LOCAL, inHalfASecond()), Reason.OWNER_UNREACHABLE);
    }

    @Test
    void ownersAnswer_isWhatTheOwnersHave() {
        c.copy(one.allocate(V4, "alice"));
        one.release(V4, "alice");
        two.allocate(V6, "alice");
        Answer answer = bySubscriber(c, "alice", null, new Demand(null, 0, true));
        assertThat(answer.allocations()).extracting(Allocation::poolId).containsExactly("v6");
        assertThat(answer.asOf()).extracting(Lookups.AsOf::role).containsOnly(Role.OWNER);
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

    /** For what cannot be answered: it is tried until then. */
    private static long inHalfASecond() {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500);
    }

    private static long soon() {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    }

    private static Answer bySubscriber(LookupLab.Node node, String subscriber, String pool, Demand demand) {
        return join(node.lookups.bySubscriber(subscriber, pool, demand, soon()));
    }

    private static Answer byAddress(LookupLab.Node node, io.nexus.statemachine.model.Prefix address, Demand demand) {
        return join(node.lookups.byAddress("default", address, demand, soon()));
    }

    private static Answer join(CompletableFuture<Answer> answer) {
        return answer.orTimeout(60, TimeUnit.SECONDS).join();
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> assertProblem(
            CompletableFuture<Answer> answer, Reason reason) {
        return assertThatThrownBy(() -> {
                    try {
                        join(answer);
                    } catch (CompletionException e) {
                        throw e.getCause() == null ? e : e.getCause();
                    }
                })
                .isInstanceOf(ProblemException.class)
                .satisfies(e ->
                        assertThat(((ProblemException) e).problem().reason()).isEqualTo(reason));
    }
}
