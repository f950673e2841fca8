package io.nexus.statemachine.allocator;

import static io.nexus.statemachine.allocator.TestSegment.address;
import static io.nexus.statemachine.allocator.TestSegment.allocate;
import static io.nexus.statemachine.allocator.TestSegment.exactly;
import static io.nexus.statemachine.allocator.TestSegment.prefix;
import static io.nexus.statemachine.allocator.TestSegment.release;
import static io.nexus.statemachine.allocator.TestSegment.spec;
import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Envelope;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.command.Outcome.Accepted;
import io.nexus.statemachine.engine.Applied;
import io.nexus.statemachine.model.AddressRange;
import io.nexus.statemachine.model.AllocType;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.PoolSpec;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.model.Reason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AllocateTest {
    private final TestSegment segment = new TestSegment();

    /* --------------- what is handed out --------------- */

    @Test
    void allocate_firstOfPool_isTheFirstUsableAddress() {
        segment.with(1, "192.0.2.0/24", 32);
        Allocation given = segment.allocation(77, allocate(1, "alice"));
        assertThat(given.prefix()).isEqualTo(address("192.0.2.2")); // .0 network, .1 kept for the gateway
        assertThat(given.owner()).isEqualTo(Identity.of("alice"));
        assertThat(given.type()).isEqualTo(AllocType.PERMANENT);
        assertThat(given.expiresAtMillis()).isZero();
        assertThat(given.allocatedAtMillis()).isEqualTo(TestSegment.START);
        assertThat(given.causalLength()).isEqualTo(1);
        assertThat(given.seq()).isEqualTo(segment.seq);
        assertThat(given.commandId()).isEqualTo(77);
    }

    @Test
    void allocate_fiftyInOneBatch_givesFiftyAddresses() {
        segment.with(1, "10.0.0.0/26", 32);
        Command[] commands =
                IntStream.range(0, 50).mapToObj(i -> allocate(1, "sub-" + i)).toArray(Command[]::new);
        Set<Prefix> given = new HashSet<>();
        for (Outcome outcome : segment.applyAll(commands)) {
            given.add(((Accepted) outcome).allocations().get(0).prefix());
        }
        assertThat(given).hasSize(50).allMatch(prefix("10.0.0.0/26")::contains);
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.0/30,1", "10.0.0.0/29,5", "10.0.0.0/28,13", "10.0.0.0/31,1"})
    void allocate_untilFull_givesEveryHostOnce_andOneReleaseFreesOne(String cidr, int usable) {
        segment.with(1, cidr, 32);
        Set<Prefix> given = new HashSet<>();
        for (int i = 0; i < usable; i++) {
            given.add(segment.allocation(allocate(1, "sub-" + i)).prefix());
        }
        assertThat(given).hasSize(usable);
        segment.rejected(allocate(1, "late"), Reason.POOL_EXHAUSTED);

        Prefix freed = segment.allocation(release(1, "sub-0")).prefix();
        assertThat(segment.allocation(allocate(1, "late")).prefix()).isEqualTo(freed);
        segment.rejected(allocate(1, "later"), Reason.POOL_EXHAUSTED);
    }

    @Test
    void allocate_ipv6_delegatesPrefixes() {
        segment.with(1, "2001:db8::/32", 56);
        assertThat(segment.allocation(allocate(1, "a")).prefix()).isEqualTo(prefix("2001:db8::/56"));
        assertThat(segment.allocation(allocate(1, "b")).prefix()).isEqualTo(prefix("2001:db8:0:100::/56"));
        Command.Allocate last = exactly(1, "c", prefix("2001:db8:ffff:ff00::/56"));
        assertThat(segment.allocation(last).unit()).isEqualTo((1 << 24) - 1);
    }

    @Test
    void allocate_withDuidAndIaid_countsThemToTheOwner() {
        segment.with(1, "2001:db8::/32", 56);
        byte[] duid = {0, 3, 0, 1, 2};
        Set<Prefix> given = new HashSet<>();
        for (Identity owner : List.of(
                Identity.of("a"), new Identity("a", duid, 0), new Identity("a", duid, 1), new Identity("a", duid, 2))) {
            Command.Allocate command = new Command.Allocate(1, owner, TestSegment.NO_MAC, null, null, 0);
            Prefix first = segment.allocation(command).prefix();
            assertThat(segment.allocation(command).prefix()).isEqualTo(first);
            given.add(first);
        }
        assertThat(given).hasSize(4);
    }

    @Test
    void allocate_avoidsGatewayAndExclusions() {
        AddressRange excluded = new AddressRange(address("10.0.0.4"), address("10.0.0.6"));
        segment.with(
                1,
                new PoolSpec(
                        "p",
                        "default",
                        prefix("10.0.0.0/29"),
                        32,
                        address("10.0.0.2"),
                        List.of(excluded),
                        List.of(),
                        0,
                        Map.of()));
        assertThat(segment.allocation(allocate(1, "a")).prefix()).isEqualTo(address("10.0.0.1"));
        assertThat(segment.allocation(allocate(1, "b")).prefix()).isEqualTo(address("10.0.0.3"));
        segment.rejected(allocate(1, "c"), Reason.POOL_EXHAUSTED);
        for (String kept : List.of("10.0.0.0", "10.0.0.2", "10.0.0.4", "10.0.0.5", "10.0.0.6", "10.0.0.7")) {
            segment.rejected(exactly(1, "c", address(kept)), Reason.NOT_ALLOCATABLE);
        }
    }

    @Test
    void allocate_afterRelease_leavesTheFreedAddressToRest_alsoAfterRestart() {
        segment.with(1, "10.0.0.0/29", 32);
        assertThat(segment.allocation(allocate(1, "a")).unit()).isEqualTo(2);
        segment.accepted(release(1, "a"));
        assertThat(segment.allocation(allocate(1, "b")).unit()).isEqualTo(3);
        segment.accepted(release(1, "b"));
        segment.restart();
        assertThat(segment.allocation(allocate(1, "c")).unit()).isEqualTo(4);
        segment.allocation(allocate(1, "d"));
        segment.allocation(allocate(1, "e"));
        assertThat(segment.allocation(allocate(1, "f")).unit()).isEqualTo(2);
    }

    /* --------------- a particular one --------------- */

    @Test
    void allocate_requestedAndFree_isGranted_andDoesNotMoveTheTurn() {
        segment.with(1, "10.0.0.0/24", 32);
        assertThat(segment.allocation(exactly(1, "a", address("10.0.0.200"))).unit())
                .isEqualTo(200);
        assertThat(segment.allocation(allocate(1, "b")).unit()).isEqualTo(2);
    }

    @Test
    void allocate_requestedOfAnother_isTaken_andDoesNotNameTheHolder() {
        segment.with(1, "10.0.0.0/24", 32);
        segment.accepted(exactly(1, "alice", address("10.0.0.9")));
        assertThat(segment.rejected(exactly(1, "bob", address("10.0.0.9")), Reason.ADDRESS_TAKEN)
                        .detail())
                .contains("10.0.0.9")
                .doesNotContain("alice");
    }

    @Test
    void allocate_requestedAndHeldAlready_isUnchanged() {
        segment.with(1, "10.0.0.0/24", 32);
        segment.accepted(exactly(1, "a", address("10.0.0.9")));
        Accepted again = segment.accepted(exactly(1, "a", address("10.0.0.9")));
        assertThat(again.changed()).isFalse();
        assertThat(again.allocations().get(0).unit()).isEqualTo(9);
    }

    @Test
    void allocate_anotherThanHeld_isTaken_andSaysWhichIsHeld() {
        segment.with(1, "10.0.0.0/24", 32);
        segment.accepted(exactly(1, "a", address("10.0.0.9")));
        assertThat(segment.rejected(exactly(1, "a", address("10.0.0.10")), Reason.ADDRESS_TAKEN)
                        .detail())
                .contains("10.0.0.9/32");
        assertThat(segment.allocation(allocate(1, "a")).unit()).isEqualTo(9);
    }

    @Test
    void allocate_requestedOutsideOrOfWrongLength_isInvalid() {
        segment.with(1, "10.0.0.0/24", 32).with(2, "2001:db8::/32", 56);
        for (Prefix wrong : List.of(address("10.0.1.0"), prefix("10.0.0.8/30"), address("2001:db8::1"))) {
            assertThat(segment.rejected(exactly(1, "a", wrong), Reason.INVALID_FIELD)
                            .field())
                    .isEqualTo("ip");
        }
        for (Prefix wrong : List.of(prefix("2001:db8::/48"), address("2001:db8::1"), prefix("2001:db9::/56"))) {
            assertThat(segment.rejected(exactly(2, "a", wrong), Reason.INVALID_FIELD)
                            .field())
                    .isEqualTo("ip");
        }
    }

    /* --------------- again, and together --------------- */

    @Test
    void allocate_again_answersTheSame() {
        segment.with(1, "10.0.0.0/24", 32);
        Allocation first = segment.allocation(allocate(1, "a"));
        Accepted again = segment.accepted(allocate(1, "a"));
        assertThat(again.changed()).isFalse();
        assertThat(again.allocations().get(0)).usingRecursiveComparison().isEqualTo(first);
    }

    @Test
    void allocate_sameOwnerInTwoPools_getsOneOfEach() {
        segment.with(1, "10.0.0.0/24", 32).with(2, "2001:db8::/32", 56);
        assertThat(segment.allocation(allocate(1, "a")).prefix()).isEqualTo(address("10.0.0.2"));
        assertThat(segment.allocation(allocate(2, "a")).prefix()).isEqualTo(prefix("2001:db8::/56"));
    }

    @Test
    void allocate_inOneBatchWithItsRepeatAndRelease_seesWhatWentBefore() {
        segment.with(1, "10.0.0.0/30", 32);
        List<Outcome> outcomes = segment.applyAll(
                allocate(1, "a"),
                allocate(1, "a"),
                allocate(1, "b"),
                release(1, "a"),
                allocate(1, "b"),
                release(1, "a"));
        assertThat(((Accepted) outcomes.get(0)).changed()).isTrue();
        assertThat(((Accepted) outcomes.get(1)).changed()).isFalse();
        assertThat(((Outcome.Rejected) outcomes.get(2)).reason()).isEqualTo(Reason.POOL_EXHAUSTED);
        assertThat(((Accepted) outcomes.get(3)).changed()).isTrue();
        Allocation second = ((Accepted) outcomes.get(4)).allocations().get(0);
        assertThat(second.unit()).isEqualTo(2);
        assertThat(second.causalLength()).isEqualTo(3);
        assertThat(((Outcome.Rejected) outcomes.get(5)).reason()).isEqualTo(Reason.NO_SUCH_ALLOCATION);
    }

    @Test
    void allocateAndRelease_inOneBatch_writeNoAllocationRow() {
        segment.with(1, TestSegment.with(spec("10.0.0.0/30", 32, 0), TestSegment.FORGETFUL));
        Applied applied =
                segment.applyAll(List.of(new Envelope(1, allocate(1, "a")), new Envelope(2, release(1, "a"))));
        assertThat(applied.updates()).hasSize(2); // counters and recent commands
    }

    @Test
    void batchOfMany_writesCountersOnce_andLooksEachOwnerUpOnce() {
        segment.with(1, "10.0.0.0/16", 32);
        List<Envelope> commands = new ArrayList<>();
        for (int i = 0; i < 512; i++) {
            commands.add(new Envelope(1000 + i, allocate(1, "sub-" + i)));
        }
        int lookups = segment.rows.lookups();
        Applied applied = segment.engine.apply(new io.nexus.statemachine.command.Batch(segment.clock, commands), 1, 2);
        assertThat(applied.updates()).hasSize(513);
        assertThat(segment.rows.lookups() - lookups).isEqualTo(512);
    }

    @Test
    void causalLength_isOdd_andGrowsWithEveryChangeOfHands() {
        segment.with(1, "10.0.0.0/29", 32);
        assertThat(segment.allocation(allocate(1, "a")).causalLength()).isEqualTo(1);
        assertThat(segment.allocation(allocate(1, "b")).causalLength()).isEqualTo(1);
        segment.accepted(release(1, "a"));
        assertThat(segment.allocation(allocate(1, "c")).causalLength()).isEqualTo(3);
        segment.accepted(release(1, "b"));
        assertThat(segment.allocation(allocate(1, "d")).causalLength()).isEqualTo(3);
        segment.accepted(release(1, "d"));
        segment.restart();
        assertThat(segment.allocation(allocate(1, "e")).causalLength()).isEqualTo(5);
    }

    /* --------------- bad input that came through the log --------------- */

    @Test
    void allocate_whatCannotBeStored_isInvalid() {
        segment.with(1, "10.0.0.0/24", 32);
        assertThat(field(Identity.of(""), TestSegment.NO_MAC)).isEqualTo("subscriber_id");
        assertThat(field(Identity.of("ü".repeat(129)), TestSegment.NO_MAC)).isEqualTo("subscriber_id");
        assertThat(field(new Identity("a", new byte[129], 0), TestSegment.NO_MAC))
                .isEqualTo("duid");
        assertThat(field(Identity.of("a"), new byte[5])).isEqualTo("mac");
        Identity longest = new Identity("ü".repeat(128), new byte[128], -1);
        assertThat(segment.allocation(new Command.Allocate(1, longest, new byte[6], null, null, 0))
                        .owner())
                .isEqualTo(longest);
    }

    private String field(Identity owner, byte[] mac) {
        return segment.rejected(new Command.Allocate(1, owner, mac, null, null, 0), Reason.INVALID_FIELD)
                .field();
    }

    @Test
    void commandsOfTheMetaGroup_areRefused_withoutEffect() {
        segment.rejected(new Command.FindPool("p"), Reason.INVARIANT_BROKEN);
        segment.rejected(new Command.CreatePool(spec("10.0.0.0/24", 32, 0)), Reason.INVARIANT_BROKEN);
        assertThat(segment.seq).isZero();
    }
}
