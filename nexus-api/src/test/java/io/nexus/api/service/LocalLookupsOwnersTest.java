package io.nexus.api.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.error.ProblemException;
import io.nexus.api.service.Lookups.Answer;
import io.nexus.api.service.Lookups.Demand;
import io.nexus.api.service.Lookups.Role;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.Reason;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** When and how the owners are asked. */
class LocalLookupsOwnersTest extends LookupFixture {
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
}
