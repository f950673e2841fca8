package io.nexus.statemachine.allocator;

import static io.nexus.statemachine.allocator.TestSegment.address;
import static io.nexus.statemachine.allocator.TestSegment.allocate;
import static io.nexus.statemachine.allocator.TestSegment.exactly;
import static io.nexus.statemachine.allocator.TestSegment.lease;
import static io.nexus.statemachine.allocator.TestSegment.release;
import static io.nexus.statemachine.allocator.TestSegment.renew;
import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Envelope;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.command.Outcome.Accepted;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.Reason;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that are proposed again, later than they should: no second effect, the first answer. */
class ReplayTest {
    private static final int POOL = 1;
    private static final long ALLOCATE = 0x1001;
    private static final long RELEASE = 0x1002;
    private static final long OTHER = 0x1003;

    private final TestSegment segment = new TestSegment();

    @BeforeEach
    void pool() {
        segment.with(POOL, TestSegment.with(TestSegment.spec("10.0.0.0/29", 32, 0), TestSegment.FORGETFUL));
    }

    private void restartIf(boolean restarted) {
        if (restarted) {
            segment.restart();
        }
    }

    @Test
    void allocate_sameId_answersFirst_andExtendsNothing() {
        Allocation first = segment.allocation(ALLOCATE, lease(POOL, "a", 60));
        segment.pass(30);
        Accepted again = segment.accepted(ALLOCATE, lease(POOL, "a", 60));
        assertThat(again.changed()).isTrue();
        assertThat(again.allocations().get(0)).usingRecursiveComparison().isEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void allocate_lateAfterItsRelease_answersFirst_andAllocatesNothing(boolean restarted) {
        Allocation first = segment.allocation(ALLOCATE, allocate(POOL, "a"));
        segment.accepted(RELEASE, release(POOL, "a"));
        restartIf(restarted);
        Accepted late = segment.accepted(ALLOCATE, allocate(POOL, "a"));
        assertThat(late.changed()).isTrue();
        assertThat(late.allocations().get(0)).usingRecursiveComparison().isEqualTo(first);
        segment.rejected(OTHER, release(POOL, "a"), Reason.NO_SUCH_ALLOCATION);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void release_lateAfterReallocation_answersFirst_andFreesNothing(boolean restarted) {
        segment.accepted(ALLOCATE, allocate(POOL, "a"));
        Accepted first = segment.accepted(RELEASE, release(POOL, "a"));
        Allocation second = segment.allocation(OTHER, allocate(POOL, "a"));
        restartIf(restarted);
        Accepted late = segment.accepted(RELEASE, release(POOL, "a"));
        assertThat(late).usingRecursiveComparison().isEqualTo(first);
        assertThat(segment.allocation(allocate(POOL, "a")).unit()).isEqualTo(second.unit());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void release_thatFoundNothing_lateAfterAllocation_freesNothing(boolean restarted) {
        Outcome first = segment.rejected(RELEASE, release(POOL, "a"), Reason.NO_SUCH_ALLOCATION);
        Allocation given = segment.allocation(ALLOCATE, allocate(POOL, "a"));
        restartIf(restarted);
        assertThat(segment.apply(RELEASE, release(POOL, "a"))).isEqualTo(first);
        assertThat(segment.allocation(allocate(POOL, "a")).unit()).isEqualTo(given.unit());
    }

    @Test
    void replays_inOneBatch_areRecognised() {
        Command.Allocate allocate = allocate(POOL, "a");
        Command.Release release = release(POOL, "a");
        List<Outcome> outcomes = segment.applyAll(List.of(
                        new Envelope(ALLOCATE, allocate),
                        new Envelope(ALLOCATE, allocate),
                        new Envelope(RELEASE, release),
                        new Envelope(RELEASE, release),
                        new Envelope(ALLOCATE, allocate),
                        new Envelope(OTHER, allocate),
                        new Envelope(RELEASE, release),
                        new Envelope(ALLOCATE, allocate)))
                .outcomes();
        assertThat(outcomes).allMatch(Accepted.class::isInstance);
        List<Long> units = outcomes.stream()
                .map(outcome -> ((Accepted) outcome).allocations().get(0).unit())
                .toList();
        assertThat(units).containsExactly(2L, 2L, 2L, 2L, 2L, 3L, 2L, 2L);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void wholeBatch_proposedAgain_changesNothing(boolean restarted) {
        segment.with(2, "10.2.0.0/16", 32);
        List<Envelope> allocations = IntStream.range(0, 300)
                .mapToObj(i -> new Envelope(5000 + i, allocate(2, "sub-" + i)))
                .toList();
        List<Envelope> releases = IntStream.range(0, 300)
                .mapToObj(i -> new Envelope(6000 + i, release(2, "sub-" + i)))
                .toList();
        List<Outcome> given = segment.applyAll(allocations).outcomes();
        List<Outcome> freed = segment.applyAll(releases).outcomes();
        restartIf(restarted);
        long seq = segment.seq;
        assertThat(segment.applyAll(releases).outcomes())
                .usingRecursiveComparison()
                .isEqualTo(freed);
        assertThat(segment.applyAll(allocations).outcomes())
                .usingRecursiveComparison()
                .isEqualTo(given);
        assertThat(segment.seq).isEqualTo(seq);
    }

    @Test
    void allocate_thatFoundOne_lateAfterRelease_allocatesNothing() {
        Allocation first = segment.allocation(ALLOCATE, allocate(POOL, "a"));
        segment.accepted(OTHER, allocate(POOL, "a"));
        assertThat(segment.accepted(OTHER, allocate(POOL, "a")).changed()).isFalse();
        segment.accepted(RELEASE, release(POOL, "a"));
        segment.restart();
        Accepted late = segment.accepted(OTHER, allocate(POOL, "a"));
        assertThat(late.changed()).isFalse();
        assertThat(late.allocations().get(0)).usingRecursiveComparison().isEqualTo(first);
        segment.rejected(release(POOL, "a"), Reason.NO_SUCH_ALLOCATION);
    }

    @Test
    void allocate_thatFoundOne_extendsOnlyOnce() {
        segment.accepted(ALLOCATE, lease(POOL, "a", 60));
        segment.pass(10);
        Allocation extended = segment.allocation(OTHER, lease(POOL, "a", 60));
        segment.pass(10);
        assertThat(segment.allocation(OTHER, lease(POOL, "a", 60)))
                .usingRecursiveComparison()
                .isEqualTo(extended);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void allocate_lateAfterItsLeaseEnded_allocatesNothing(boolean restarted) {
        Allocation first = segment.allocation(ALLOCATE, lease(POOL, "a", 60));
        segment.pass(71);
        assertThat(segment.expireDue()).hasSize(1);
        restartIf(restarted);
        assertThat(segment.allocation(ALLOCATE, lease(POOL, "a", 60)))
                .usingRecursiveComparison()
                .isEqualTo(first);
        segment.rejected(renew(POOL, "a", 60), Reason.NO_SUCH_ALLOCATION);
    }

    @Test
    void allocate_thatFoundALeaseOfLongAgo_lateAfterItsEnd_allocatesNothing() {
        segment.accepted(ALLOCATE, lease(POOL, "a", 3600));
        segment.pass(3590);
        segment.accepted(OTHER, lease(POOL, "a", 1));
        segment.pass(30);
        assertThat(segment.expireDue()).hasSize(1);
        segment.rejected(OTHER, lease(POOL, "a", 1), Reason.NO_SUCH_ALLOCATION);
    }

    @Test
    void replays_onASealedPool_answerFirst() {
        segment.accepted(ALLOCATE, allocate(POOL, "a"));
        Accepted first = segment.accepted(RELEASE, release(POOL, "a"));
        segment.accepted(new Command.SealPool(POOL));
        assertThat(segment.accepted(RELEASE, release(POOL, "a")))
                .usingRecursiveComparison()
                .isEqualTo(first);
        assertThat(segment.accepted(ALLOCATE, allocate(POOL, "a")).changed()).isTrue();
    }

    /* --------------- the same id with another body --------------- */

    @Test
    void id_ofAHeldAllocation_usedForAnotherRequest_isRejected() {
        segment.accepted(ALLOCATE, lease(POOL, "a", 60));
        segment.rejected(ALLOCATE, release(POOL, "a"), Reason.REQUEST_ID_REUSED);
        segment.rejected(ALLOCATE, renew(POOL, "a", 60), Reason.REQUEST_ID_REUSED);
        segment.rejected(ALLOCATE, exactly(POOL, "a", address("10.0.0.5")), Reason.REQUEST_ID_REUSED);
    }

    @Test
    void id_thatIsRemembered_usedForAnotherRequest_isRejected() {
        segment.accepted(ALLOCATE, allocate(POOL, "a"));
        segment.accepted(RELEASE, release(POOL, "a"));
        segment.rejected(OTHER, release(POOL, "a"), Reason.NO_SUCH_ALLOCATION);
        segment.accepted(allocate(POOL, "b"));

        segment.rejected(ALLOCATE, allocate(POOL, "b"), Reason.REQUEST_ID_REUSED);
        segment.rejected(ALLOCATE, exactly(POOL, "a", address("10.0.0.5")), Reason.REQUEST_ID_REUSED);
        segment.rejected(ALLOCATE, release(POOL, "a"), Reason.REQUEST_ID_REUSED);
        segment.rejected(ALLOCATE, renew(POOL, "a", 1), Reason.REQUEST_ID_REUSED);
        for (long id : List.of(RELEASE, OTHER)) {
            segment.rejected(id, allocate(POOL, "a"), Reason.REQUEST_ID_REUSED);
            segment.rejected(id, release(POOL, "b"), Reason.REQUEST_ID_REUSED);
            Command narrower = new Command.Release(POOL, Identity.of("a"), address("10.0.0.2"));
            segment.rejected(id, narrower, Reason.REQUEST_ID_REUSED);
            segment.rejected(id, renew(POOL, "b", 5), Reason.REQUEST_ID_REUSED);
        }
        assertThat(segment.allocation(allocate(POOL, "b")).unit()).isEqualTo(3);
    }

    /* --------------- release --------------- */

    @Test
    void release_withPrefix_freesOnlyThat() {
        Allocation held = segment.allocation(allocate(POOL, "a"));
        Identity owner = Identity.of("a");
        segment.rejected(new Command.Release(POOL, owner, address("10.0.0.3")), Reason.NO_SUCH_ALLOCATION);
        assertThat(segment.rejected(new Command.Release(POOL, owner, address("10.0.9.3")), Reason.INVALID_FIELD)
                        .field())
                .isEqualTo("ip");
        assertThat(segment.allocation(new Command.Release(POOL, owner, held.prefix())))
                .usingRecursiveComparison()
                .isEqualTo(held);
    }

    @Test
    void release_ofOneIdentity_leavesTheOthers() {
        Identity first = new Identity("a", new byte[] {1}, 1);
        Identity second = new Identity("a", new byte[] {1}, 2);
        for (Identity owner : List.of(first, second)) {
            segment.accepted(new Command.Allocate(POOL, owner, TestSegment.NO_MAC, null, null, 0));
        }
        assertThat(segment.allocation(new Command.Release(POOL, first, null)).unit())
                .isEqualTo(2);
        segment.rejected(release(POOL, "a"), Reason.NO_SUCH_ALLOCATION);
        assertThat(segment.allocation(new Command.Release(POOL, second, null)).unit())
                .isEqualTo(3);
    }

    /* --------------- release and renew of one generation --------------- */

    @Test
    void release_ofAnEarlierGeneration_freesNothing_howeverLateAndOften() {
        Allocation first = segment.allocation(allocate(POOL, "a"));
        segment.accepted(release(POOL, "a"));
        Allocation second = segment.allocation(allocate(POOL, "a"));
        Command late = releaseOf("a", first.causalLength());
        Outcome.Rejected answer = segment.rejected(RELEASE, late, Reason.GENERATION_CHANGED);

        assertThat(segment.rejected(RELEASE, late, Reason.GENERATION_CHANGED)).isEqualTo(answer);
        segment.accepted(releaseOf("a", second.causalLength()));
        assertThat(segment.rejected(RELEASE, late, Reason.GENERATION_CHANGED))
                .as("also when nothing is held any more")
                .isEqualTo(answer);
        segment.rejected(OTHER, late, Reason.NO_SUCH_ALLOCATION);
        segment.rejected(RELEASE, release(POOL, "a"), Reason.REQUEST_ID_REUSED);
    }

    @Test
    void release_ofItsGeneration_frees_andIsRepeated() {
        Allocation held = segment.allocation(allocate(POOL, "a"));
        Command release = releaseOf("a", held.causalLength());
        segment.accepted(RELEASE, release);
        segment.accepted(allocate(POOL, "a"));
        assertThat(segment.accepted(RELEASE, release).allocations().get(0).causalLength())
                .isEqualTo(held.causalLength());
    }

    @Test
    void renew_ofAnEarlierGeneration_extendsNothing() {
        Allocation first = segment.allocation(lease(POOL, "a", 60));
        segment.accepted(release(POOL, "a"));
        Allocation second = segment.allocation(lease(POOL, "a", 60));
        Identity owner = Identity.of("a");
        segment.rejected(new Command.Renew(POOL, owner, 600, first.causalLength()), Reason.GENERATION_CHANGED);
        assertThat(segment.allocation(new Command.Renew(POOL, owner, 60, second.causalLength()))
                        .expiresAtMillis())
                .isEqualTo(second.expiresAtMillis());
        segment.rejected(new Command.Renew(POOL, Identity.of("b"), 60, 1), Reason.NO_SUCH_ALLOCATION);
    }

    private static Command releaseOf(String subscriber, int generation) {
        return new Command.Release(POOL, Identity.of(subscriber), null, generation);
    }

    /** Durable format: a fingerprint in a stored row is compared with one computed by a later version. */
    @Test
    void fingerprint_matchesItsVectors() {
        assertThat(Endings.body(release(1, "sub-000000001"))).isEqualTo(-1547502011);
        assertThat(Endings.body(new Command.Release(9, new Identity("ü", new byte[] {1, 2}, 7), address("10.0.0.1"))))
                .isEqualTo(749848764);
    }

    /* --------------- forgetting --------------- */

    @Test
    void replays_areForgottenAfterTenMinutes_notBefore() {
        segment.accepted(ALLOCATE, allocate(POOL, "a"));
        segment.accepted(RELEASE, release(POOL, "a"));
        int rows = segment.rows.size();
        segment.pass(599);
        segment.accepted(allocate(POOL, "b"));
        segment.accepted(release(POOL, "b"));
        assertThat(segment.accepted(RELEASE, release(POOL, "a")).changed()).isTrue();
        assertThat(segment.rows.size()).isEqualTo(rows + 1);
        segment.pass(1);
        segment.accepted(allocate(POOL, "b"));
        assertThat(segment.rows.size()).isEqualTo(rows + 1);
        segment.rejected(RELEASE, release(POOL, "a"), Reason.NO_SUCH_ALLOCATION);
    }
}
