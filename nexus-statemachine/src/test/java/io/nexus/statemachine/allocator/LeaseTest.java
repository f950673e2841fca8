package io.nexus.statemachine.allocator;

import static io.nexus.statemachine.allocator.TestSegment.allocate;
import static io.nexus.statemachine.allocator.TestSegment.lease;
import static io.nexus.statemachine.allocator.TestSegment.release;
import static io.nexus.statemachine.allocator.TestSegment.renew;
import static io.nexus.statemachine.allocator.TestSegment.spec;
import static io.nexus.statemachine.allocator.TestSegment.typed;
import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Outcome.Accepted;
import io.nexus.statemachine.model.AllocType;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.Reason;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeaseTest {
    private static final int PLAIN = 1;
    private static final int LEASED = 2;

    private final TestSegment segment = new TestSegment();

    @BeforeEach
    void pools() {
        segment.with(PLAIN, "10.0.0.0/24", 32).with(LEASED, spec("10.1.0.0/24", 32, 3600));
    }

    /* --------------- type and time --------------- */

    @Test
    void type_notGiven_followsTheTime() {
        assertThat(segment.allocation(allocate(PLAIN, "a")).type()).isEqualTo(AllocType.PERMANENT);
        Allocation own = segment.allocation(lease(PLAIN, "b", 60));
        assertThat(own.type()).isEqualTo(AllocType.SESSION);
        assertThat(own.expiresAtMillis()).isEqualTo(segment.clock + 60_000);
        Allocation ofPool = segment.allocation(allocate(LEASED, "a"));
        assertThat(ofPool.type()).isEqualTo(AllocType.SESSION);
        assertThat(ofPool.expiresAtMillis()).isEqualTo(segment.clock + 3_600_000);
        assertThat(segment.allocation(lease(LEASED, "b", 60)).expiresAtMillis()).isEqualTo(segment.clock + 60_000);
    }

    @Test
    void type_given_isKept() {
        assertThat(segment.allocation(typed(LEASED, "a", AllocType.STICKY, 0)).type())
                .isEqualTo(AllocType.STICKY);
        assertThat(segment.allocation(typed(LEASED, "b", AllocType.PERMANENT, 0))
                        .expiresAtMillis())
                .isZero();
    }

    @Test
    void time_thatDoesNotFitTheType_isInvalid() {
        assertInvalidTtl(typed(PLAIN, "a", AllocType.SESSION, 0));
        assertInvalidTtl(typed(PLAIN, "a", AllocType.STICKY, 0));
        assertInvalidTtl(typed(PLAIN, "a", AllocType.PERMANENT, 60));
        assertInvalidTtl(typed(LEASED, "a", AllocType.PERMANENT, 60));
        assertInvalidTtl(lease(PLAIN, "a", -1));
        segment.accepted(lease(PLAIN, "b", 60));
        assertInvalidTtl(renew(PLAIN, "b", 0));
        assertInvalidTtl(renew(PLAIN, "b", -5));
    }

    private void assertInvalidTtl(Command command) {
        assertThat(segment.rejected(command, Reason.INVALID_FIELD).field()).isEqualTo("ttl_seconds");
    }

    @Test
    void time_beyondAllBounds_saturates() {
        assertThat(segment.allocation(lease(PLAIN, "a", Long.MAX_VALUE)).expiresAtMillis())
                .isEqualTo(Long.MAX_VALUE);
        assertThat(segment.allocation(lease(PLAIN, "b", Long.MAX_VALUE / 1000)).expiresAtMillis())
                .isEqualTo(Long.MAX_VALUE);
        segment.pass(60);
        assertThat(segment.accepted(renew(PLAIN, "a", Long.MAX_VALUE)).changed())
                .isFalse();
        assertThat(segment.engine.due(Long.MAX_VALUE - 1, 10)).isEmpty();
        segment.restart();
        assertThat(segment.allocation(allocate(PLAIN, "a")).type()).isEqualTo(AllocType.PERMANENT);
    }

    /* --------------- renew, and allocate again --------------- */

    @Test
    void renew_extends_andNeverShortens() {
        Allocation first = segment.allocation(lease(PLAIN, "a", 60));
        segment.pass(10);
        Accepted longer = segment.accepted(renew(PLAIN, "a", 60));
        Allocation renewed = longer.allocations().get(0);
        assertThat(longer.changed()).isTrue();
        assertThat(renewed.expiresAtMillis()).isEqualTo(segment.clock + 60_000);
        assertThat(renewed.renewedAtMillis()).isEqualTo(segment.clock);
        assertThat(renewed.allocatedAtMillis()).isEqualTo(first.allocatedAtMillis());
        assertThat(renewed.commandId()).isEqualTo(first.commandId());
        assertThat(renewed.causalLength()).isEqualTo(first.causalLength());
        assertThat(renewed.seq()).isEqualTo(segment.seq);

        Accepted shorter = segment.accepted(renew(PLAIN, "a", 5));
        assertThat(shorter.changed()).isFalse();
        assertThat(shorter.allocations().get(0)).usingRecursiveComparison().isEqualTo(renewed);
    }

    @Test
    void renew_ofPermanent_isUnchanged_andOfNothing_isRejected() {
        Allocation permanent = segment.allocation(allocate(PLAIN, "a"));
        Accepted renewed = segment.accepted(renew(PLAIN, "a", 60));
        assertThat(renewed.changed()).isFalse();
        assertThat(renewed.allocations().get(0)).usingRecursiveComparison().isEqualTo(permanent);
        segment.rejected(renew(PLAIN, "b", 60), Reason.NO_SUCH_ALLOCATION);
    }

    @Test
    void renew_pastTheDeadlineButNotYetEnded_holds() {
        segment.accepted(lease(PLAIN, "a", 60));
        segment.pass(300);
        assertThat(segment.allocation(renew(PLAIN, "a", 60)).expiresAtMillis()).isEqualTo(segment.clock + 60_000);
        assertThat(segment.expireDue()).isEmpty();
    }

    @Test
    void allocateAgain_extendsTheLease_andNeverShortens() {
        segment.accepted(lease(PLAIN, "a", 60));
        segment.pass(30);
        Accepted again = segment.accepted(lease(PLAIN, "a", 60));
        assertThat(again.changed()).isFalse();
        assertThat(again.allocations().get(0).expiresAtMillis()).isEqualTo(segment.clock + 60_000);
        assertThat(segment.allocation(lease(PLAIN, "a", 1)).expiresAtMillis()).isEqualTo(segment.clock + 60_000);
    }

    @Test
    void allocateAgain_asPermanent_upgradesTheLease_forGood() {
        segment.accepted(lease(PLAIN, "a", 60));
        Allocation upgraded = segment.allocation(typed(PLAIN, "a", AllocType.PERMANENT, 0));
        assertThat(upgraded.type()).isEqualTo(AllocType.PERMANENT);
        assertThat(upgraded.expiresAtMillis()).isZero();
        segment.pass(3600);
        assertThat(segment.expireDue()).isEmpty();
        assertThat(segment.accepted(new Command.Expire(PLAIN, new long[] {upgraded.unit()}))
                        .changed())
                .isFalse();
        assertThat(segment.allocation(lease(PLAIN, "a", 60)).expiresAtMillis()).isZero();
    }

    @Test
    void allocateAgain_asSticky_isNotTakenBackBySession() {
        segment.accepted(lease(PLAIN, "a", 60));
        assertThat(segment.allocation(typed(PLAIN, "a", AllocType.STICKY, 10)).type())
                .isEqualTo(AllocType.STICKY);
        assertThat(segment.allocation(typed(PLAIN, "a", AllocType.SESSION, 90)).type())
                .isEqualTo(AllocType.STICKY);
    }

    /* --------------- the end --------------- */

    @Test
    void expire_afterTheDeadline_freesTheAddress() {
        Allocation lease = segment.allocation(lease(PLAIN, "a", 60));
        segment.pass(59);
        assertThat(segment.expireDue()).isEmpty();
        segment.pass(12); // and the rest of the bucket
        assertThat(segment.expireDue()).extracting(Allocation::unit).containsExactly(lease.unit());
        assertThat(segment.expireDue()).isEmpty();
        segment.rejected(renew(PLAIN, "a", 60), Reason.NO_SUCH_ALLOCATION);
        assertThat(segment.allocation(allocate(PLAIN, "b")).causalLength()).isEqualTo(3);
    }

    @Test
    void expire_checksEachUnitAgain() {
        Allocation renewed = segment.allocation(lease(PLAIN, "renewed", 60));
        Allocation over = segment.allocation(lease(PLAIN, "over", 60));
        Allocation released = segment.allocation(lease(PLAIN, "released", 60));
        segment.pass(60);
        segment.accepted(renew(PLAIN, "renewed", 60));
        segment.accepted(release(PLAIN, "released"));
        long[] units = {renewed.unit(), over.unit(), over.unit(), released.unit(), 0, 200, -1, 1L << 32};
        Accepted expired = segment.accepted(new Command.Expire(PLAIN, units));
        assertThat(expired.allocations()).extracting(Allocation::unit).containsExactly(over.unit());
        assertThat(segment.accepted(new Command.Expire(PLAIN, units)).changed()).isFalse();
    }

    @Test
    void expire_isDecidedByTheStatesClock_notByTheProposal() {
        Allocation lease = segment.allocation(lease(PLAIN, "a", 60));
        assertThat(segment.engine.due(segment.clock + 80_000, 10)).hasSize(1);
        Command.Expire early = new Command.Expire(PLAIN, new long[] {lease.unit()});
        segment.pass(59);
        assertThat(segment.accepted(early).changed()).isFalse();
        segment.pass(1);
        assertThat(segment.accepted(early).changed()).isTrue();
    }

    @Test
    void lease_releasedAndGivenAgainForGood_survivesTheOldDeadline() {
        Allocation lease = segment.allocation(lease(PLAIN, "a", 60));
        segment.accepted(release(PLAIN, "a"));
        segment.accepted(
                new Command.Allocate(PLAIN, lease.owner(), TestSegment.NO_MAC, lease.prefix(), AllocType.PERMANENT, 0));
        segment.pass(600);
        assertThat(segment.expireDue()).isEmpty();
        assertThat(segment.accepted(new Command.Expire(PLAIN, new long[] {lease.unit()}))
                        .changed())
                .isFalse();
        assertThat(segment.allocation(renew(PLAIN, "a", 1)).expiresAtMillis()).isZero();
    }

    @Test
    void due_afterRestart_knowsTheLeases() {
        segment.accepted(lease(PLAIN, "a", 60));
        segment.accepted(allocate(LEASED, "b"));
        segment.accepted(allocate(PLAIN, "forever"));
        segment.restart();
        segment.pass(4000);
        List<Command> due = segment.engine.due(segment.clock, 10);
        assertThat(due).hasSize(2);
        due.forEach(command -> assertThat(segment.accepted(command).changed()).isTrue());
        assertThat(segment.engine.due(segment.clock + 60_000, 10)).isEmpty();
    }
}
