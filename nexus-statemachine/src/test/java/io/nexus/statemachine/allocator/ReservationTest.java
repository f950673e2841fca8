package io.nexus.statemachine.allocator;

import static io.nexus.statemachine.allocator.TestSegment.address;
import static io.nexus.statemachine.allocator.TestSegment.allocate;
import static io.nexus.statemachine.allocator.TestSegment.exactly;
import static io.nexus.statemachine.allocator.TestSegment.release;
import static io.nexus.statemachine.allocator.TestSegment.spec;
import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.model.AllocPolicy;
import io.nexus.statemachine.model.Claimant;
import io.nexus.statemachine.model.HoldPolicy;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.PoolTerms;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.model.Reason;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReservationTest {
    private static final byte[] MAC = {2, 0, 0, 0, 0, 7};
    private static final Prefix STATIC = address("10.0.0.5");

    private final TestSegment segment = new TestSegment();

    /** A /29: five addresses, .2 to .6. */
    @BeforeEach
    void pool() {
        PoolTerms terms = new PoolTerms(AllocPolicy.LOWEST, HoldPolicy.STRICT, 600, 60, 60, 30, 0, 0);
        segment.with(1, TestSegment.with(spec("10.0.0.0/29", 32, 0), terms));
    }

    private static Command.Reserve reserve(Prefix prefix, Claimant claimant) {
        return new Command.Reserve(1, prefix, claimant);
    }

    private static Command.Allocate from(byte[] mac, Identity owner) {
        return new Command.Allocate(1, owner, mac, null, null, 0);
    }

    @Test
    void reserved_goesToItsClaimantOnly_alsoAfterARestart() {
        segment.accepted(reserve(STATIC, Claimant.subscriber("vip")));
        segment.restart();
        segment.rejected(exactly(1, "a", STATIC), Reason.ADDRESS_RESERVED);
        for (int i = 0; i < 4; i++) {
            assertThat(segment.allocation(allocate(1, "sub-" + i)).prefix()).isNotEqualTo(STATIC);
        }
        segment.rejected(allocate(1, "late"), Reason.POOL_EXHAUSTED);
        assertThat(segment.allocation(allocate(1, "vip")).prefix()).isEqualTo(STATIC);
        segment.accepted(release(1, "vip"));
        segment.rejected(exactly(1, "a", STATIC), Reason.ADDRESS_RESERVED);
        assertThat(segment.allocation(allocate(1, "vip")).prefix()).isEqualTo(STATIC);
    }

    @Test
    void claimant_isASubscriber_aClient_orAHardwareAddress() {
        byte[] duid = {0, 3, 0, 1};
        segment.accepted(reserve(address("10.0.0.4"), Claimant.duid(duid, 9)));
        segment.accepted(reserve(address("10.0.0.5"), Claimant.mac(MAC)));
        segment.accepted(reserve(address("10.0.0.6"), Claimant.subscriber("vip")));
        assertThat(segment.allocation(from(new byte[0], new Identity("a", duid, 9)))
                        .prefix())
                .isEqualTo(address("10.0.0.4"));
        assertThat(segment.allocation(from(new byte[0], new Identity("a", duid, 8)))
                        .prefix())
                .isEqualTo(address("10.0.0.2"));
        assertThat(segment.allocation(from(MAC, Identity.of("b"))).prefix()).isEqualTo(address("10.0.0.5"));
        segment.rejected(from(MAC, Identity.of("c")), Reason.ADDRESS_TAKEN);
        assertThat(segment.allocation(from(MAC, Identity.of("vip"))).prefix()).isEqualTo(address("10.0.0.6"));
    }

    @Test
    void reserve_again_changesNothing_andTwoOfOneAreRefused() {
        assertThat(segment.accepted(reserve(STATIC, Claimant.subscriber("a"))).changed())
                .isTrue();
        assertThat(segment.accepted(reserve(STATIC, Claimant.subscriber("a"))).changed())
                .isFalse();
        segment.rejected(reserve(STATIC, Claimant.subscriber("b")), Reason.ADDRESS_RESERVED);
        segment.rejected(reserve(address("10.0.0.4"), Claimant.subscriber("a")), Reason.ADDRESS_RESERVED);
        segment.rejected(reserve(address("10.0.0.1"), Claimant.subscriber("c")), Reason.NOT_ALLOCATABLE);
        segment.rejected(reserve(address("10.0.1.1"), Claimant.subscriber("c")), Reason.INVALID_FIELD);
    }

    @Test
    void reserve_whatSomebodyHas_isRefused_unlessItIsTheClaimant() {
        segment.accepted(exactly(1, "a", STATIC));
        segment.rejected(reserve(STATIC, Claimant.subscriber("b")), Reason.ADDRESS_TAKEN);
        segment.accepted(reserve(STATIC, Claimant.subscriber("a")));
        segment.accepted(release(1, "a"));
        segment.pass(10_000);
        segment.expireDue();
        segment.rejected(exactly(1, "b", STATIC), Reason.ADDRESS_RESERVED);
    }

    @Test
    void reserve_whatIsHeldForSomebody_endsTheHold_butNotTheRest() {
        segment.accepted(exactly(1, "a", STATIC));
        segment.accepted(release(1, "a"));
        segment.accepted(reserve(STATIC, Claimant.subscriber("vip")));
        assertThat(segment.allocation(allocate(1, "a")).prefix()).isNotEqualTo(STATIC);
        segment.rejected(allocate(1, "vip"), Reason.ADDRESS_DECLINED);
        segment.pass(60);
        assertThat(segment.allocation(allocate(1, "vip")).prefix()).isEqualTo(STATIC);
    }

    @Test
    void unreserve_givesTheAddressToEverybody_onceItIsFree() {
        segment.accepted(reserve(STATIC, Claimant.subscriber("vip")));
        segment.accepted(allocate(1, "vip"));
        assertThat(segment.accepted(new Command.Unreserve(1, STATIC)).changed()).isTrue();
        assertThat(segment.accepted(new Command.Unreserve(1, STATIC)).changed()).isFalse();
        segment.rejected(exactly(1, "a", STATIC), Reason.ADDRESS_TAKEN);
        segment.accepted(reserve(address("10.0.0.3"), Claimant.subscriber("nobody")));
        segment.accepted(new Command.Unreserve(1, address("10.0.0.3")));
        assertThat(segment.allocation(exactly(1, "b", address("10.0.0.3"))).prefix())
                .isEqualTo(address("10.0.0.3"));
    }
}
