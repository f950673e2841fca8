package io.nexus.statemachine.allocator;

import static io.nexus.statemachine.allocator.TestSegment.address;
import static io.nexus.statemachine.allocator.TestSegment.allocate;
import static io.nexus.statemachine.allocator.TestSegment.exactly;
import static io.nexus.statemachine.allocator.TestSegment.lease;
import static io.nexus.statemachine.allocator.TestSegment.release;
import static io.nexus.statemachine.allocator.TestSegment.renew;
import static io.nexus.statemachine.allocator.TestSegment.spec;
import static io.nexus.statemachine.allocator.TestSegment.typed;
import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.statemachine.command.Batch;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Envelope;
import io.nexus.statemachine.command.Outcome.Accepted;
import io.nexus.statemachine.command.Outcome.Rejected;
import io.nexus.statemachine.engine.MapRows;
import io.nexus.statemachine.model.AllocPolicy;
import io.nexus.statemachine.model.AllocType;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.Attachment;
import io.nexus.statemachine.model.HoldPolicy;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.PoolSpec;
import io.nexus.statemachine.model.PoolTerms;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.model.Reason;
import io.nexus.statemachine.model.Stage;
import io.nexus.statemachine.rows.NexusIndexRule;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** From the offer to the end of the quarantine. */
class AddressLifeTest {
    private static final int HOLD = 3_600;
    private static final int REST = 600;

    private final TestSegment segment = new TestSegment();

    /** A /29: five addresses, .2 to .6. */
    private void pool(HoldPolicy policy, long holdSeconds, long quarantineSeconds) {
        pool(new PoolTerms(AllocPolicy.ROTATE, policy, holdSeconds, quarantineSeconds, 900, 30, 0, 86_400));
    }

    private void pool(PoolTerms terms) {
        segment.with(1, TestSegment.with(spec("10.0.0.0/29", 32, 0), terms));
    }

    private void fill(int first, int count) {
        for (int i = first; i < first + count; i++) {
            segment.accepted(allocate(1, "sub-" + i));
        }
    }

    private static Command.Offer offer(String subscriber, long ttlSeconds) {
        return new Command.Offer(1, Identity.of(subscriber), TestSegment.NO_MAC, null, ttlSeconds, Attachment.NONE);
    }

    private static Command.Confirm confirm(String subscriber, long ttlSeconds) {
        return new Command.Confirm(1, Identity.of(subscriber), null, null, ttlSeconds);
    }

    private static Command.Decline decline(String subscriber) {
        return new Command.Decline(1, Identity.of(subscriber), null);
    }

    private Prefix give(String subscriber) {
        return segment.allocation(allocate(1, subscriber)).prefix();
    }

    /* --------------- coming back --------------- */

    @ParameterizedTest
    @EnumSource(HoldPolicy.class)
    void release_thenAllocate_givesTheSameAddress_alsoAfterARestart(HoldPolicy policy) {
        pool(policy, HOLD, REST);
        Prefix first = give("a");
        give("b");
        segment.accepted(release(1, "a"));
        segment.pass(HOLD + REST / 2);
        segment.restart();
        Allocation back = segment.allocation(allocate(1, "a"));
        assertThat(back.prefix()).isEqualTo(first);
        assertThat(back.causalLength()).isEqualTo(3);
    }

    @Test
    void strict_keepsTheAddressForItsOwner_inAFullPool() {
        pool(HoldPolicy.STRICT, HOLD, REST);
        fill(0, 5);
        Prefix left = segment.allocation(release(1, "sub-3")).prefix();
        segment.rejected(allocate(1, "new"), Reason.POOL_EXHAUSTED);
        segment.rejected(exactly(1, "new", left), Reason.ADDRESS_HELD);
        segment.pass(HOLD);
        segment.rejected(exactly(1, "new", left), Reason.ADDRESS_QUARANTINED);
        segment.rejected(allocate(1, "new"), Reason.POOL_EXHAUSTED);
        assertThat(give("sub-3")).isEqualTo(left);
        segment.accepted(release(1, "sub-3"));
        segment.pass(HOLD + REST);
        assertThat(give("new")).isEqualTo(left);
    }

    @Test
    void soft_yieldsTheAddressReleasedFirst_onceNothingElseIsLeft() {
        pool(HoldPolicy.SOFT, HOLD, 0);
        fill(0, 4);
        Prefix first = segment.allocation(release(1, "sub-2")).prefix();
        segment.pass(5);
        Prefix second = segment.allocation(release(1, "sub-0")).prefix();
        assertThat(give("new-1")).isNotIn(first, second);
        assertThat(give("new-2")).isEqualTo(first);
        assertThat(give("sub-0")).isEqualTo(second);
        segment.rejected(allocate(1, "sub-2"), Reason.POOL_EXHAUSTED);
    }

    @Test
    void soft_neverYieldsBeforeTheQuarantine() {
        pool(HoldPolicy.SOFT, HOLD, REST);
        fill(0, 5);
        Prefix left = segment.allocation(release(1, "sub-2")).prefix();
        segment.rejected(allocate(1, "new"), Reason.POOL_EXHAUSTED);
        segment.rejected(exactly(1, "new", left), Reason.ADDRESS_QUARANTINED);
        segment.pass(REST);
        assertThat(segment.allocation(exactly(1, "new", left)).prefix()).isEqualTo(left);
    }

    @Test
    void sticky_isKept_alsoInASoftPool() {
        pool(HoldPolicy.SOFT, HOLD, 0);
        fill(0, 4);
        Prefix sticky = segment.allocation(typed(1, "s", AllocType.STICKY, 60)).prefix();
        segment.accepted(release(1, "s"));
        segment.rejected(allocate(1, "new"), Reason.POOL_EXHAUSTED);
        segment.rejected(exactly(1, "new", sticky), Reason.ADDRESS_HELD);
        assertThat(give("s")).isEqualTo(sticky);
    }

    @Test
    void lease_thatEnds_isHeldToo_andReclaimedInTheLog() {
        pool(HoldPolicy.STRICT, HOLD, REST);
        Prefix ended = segment.allocation(lease(1, "a", 60)).prefix();
        segment.pass(61);
        assertThat(segment.expireDue()).extracting(Allocation::prefix).containsExactly(ended);
        assertThat(segment.engine.pool(1).leftovers().count()).isEqualTo(1);
        segment.pass(HOLD + REST);
        segment.restart();
        assertThat(segment.expireDue()).isEmpty();
        segment.pass(1);
        segment.expireDue();
        assertThat(segment.engine.pool(1).leftovers().count()).isZero();
        assertThat(segment.rows.live()).isZero();
    }

    @Test
    void manyLeasesThatEndAtOnce_areReclaimedInBoundedBatches() {
        PoolTerms terms = new PoolTerms(AllocPolicy.ROTATE, HoldPolicy.SOFT, 10, 0, 0, 30, 0, 86_400);
        SegmentEngine engine = new SegmentEngine(TestSegment.SEGMENT);
        MapRows rows = new MapRows(new NexusIndexRule());
        engine.load(rows, null);
        PoolSpec spec = TestSegment.with(spec("10.0.0.0/16", 32, 0), terms);
        List<Envelope> batch = new ArrayList<>();
        batch.add(new Envelope(0, new Command.OpenPool(TestSegment.entry(spec, 1))));
        int leases = 20_000;
        for (int i = 1; i <= leases; i++) {
            batch.add(new Envelope(i, lease(1, "sub-" + i, 60)));
        }
        rows.commit(engine.apply(new Batch(TestSegment.START, batch), 1, 1).updates());
        long seq = 1;
        long now = TestSegment.START + 62_000;
        int batches = 0;
        for (List<Command> due = engine.due(now, 1_000); !due.isEmpty(); due = engine.due(now, 1_000)) {
            assertThat(due).hasSize(1);
            assertThat(((Command.Expire) due.get(0)).units()).hasSizeLessThanOrEqualTo(1_000);
            Batch expire = new Batch(now, List.of(new Envelope(++seq + leases, due.get(0))));
            rows.commit(engine.apply(expire, 1, seq).updates());
            batches++;
        }
        assertThat(batches).isEqualTo(leases / 1_000);
        assertThat(rows.live()).isZero();
        assertThat(engine.pool(1).leftovers().count()).isEqualTo(leases);
    }

    @Test
    void owner_thatTakesAnotherAddress_leavesTheFirstToRest() {
        pool(HoldPolicy.STRICT, HOLD, REST);
        Prefix first = give("a");
        segment.accepted(release(1, "a"));
        Prefix other = address("10.0.0.6");
        assertThat(segment.allocation(exactly(1, "a", other)).prefix()).isEqualTo(other);
        segment.rejected(exactly(1, "b", first), Reason.ADDRESS_QUARANTINED);
        segment.pass(REST);
        assertThat(segment.allocation(exactly(1, "b", first)).prefix()).isEqualTo(first);
    }

    @Test
    void release_writesOneRow_andTheReturnAnother() {
        pool(HoldPolicy.SOFT, HOLD, 0);
        give("a");
        int rows = segment.rows.size();
        segment.accepted(release(1, "a"));
        assertThat(segment.rows.size()).isEqualTo(rows + 1); // the command's id; the address has its row as before
        give("a");
        assertThat(segment.rows.size()).isEqualTo(rows + 1);
    }

    @Test
    void pool_thatIsSealed_forgetsWhatIsLeft() {
        pool(HoldPolicy.STRICT, HOLD, REST);
        give("a");
        segment.accepted(release(1, "a"));
        segment.accepted(new Command.SealPool(1));
        segment.restart();
        segment.pass(1);
        segment.expireDue();
        assertThat(segment.engine.pool(1).leftovers().count()).isZero();
    }

    /* --------------- offers --------------- */

    @Test
    void offer_notConfirmed_endsByItself_andLeavesNothing() {
        pool(HoldPolicy.STRICT, HOLD, REST);
        Allocation offered = segment.allocation(offer("a", 0));
        assertThat(offered.stage()).isEqualTo(Stage.OFFERED);
        assertThat(offered.expiresAtMillis()).isEqualTo(segment.clock + 30_000);
        segment.pass(32);
        assertThat(segment.expireDue()).hasSize(1);
        segment.rejected(confirm("a", 60), Reason.NO_SUCH_ALLOCATION);
        assertThat(segment.allocation(exactly(1, "b", offered.prefix())).prefix())
                .isEqualTo(offered.prefix());
    }

    @Test
    void offer_confirmed_isAnAllocation() {
        pool(HoldPolicy.SOFT, HOLD, 0);
        Prefix offered = segment.allocation(offer("a", 0)).prefix();
        Allocation confirmed = segment.allocation(confirm("a", 600));
        assertThat(confirmed.prefix()).isEqualTo(offered);
        assertThat(confirmed.stage()).isEqualTo(Stage.ACTIVE);
        assertThat(confirmed.expiresAtMillis()).isEqualTo(segment.clock + 600_000);
        assertThat(segment.accepted(confirm("a", 60)).changed()).isFalse();
        segment.rejected(
                new Command.Confirm(1, Identity.of("a"), address("10.0.0.6"), null, 60), Reason.NO_SUCH_ALLOCATION);
    }

    @Test
    void offer_isConfirmedByWhateverShowsThatItIsUsed() {
        pool(HoldPolicy.SOFT, HOLD, 0);
        segment.accepted(offer("a", 0));
        assertThat(segment.allocation(renew(1, "a", 60)).stage()).isEqualTo(Stage.ACTIVE);
        segment.accepted(offer("b", 0));
        Allocation permanent = segment.allocation(allocate(1, "b"));
        assertThat(permanent.stage()).isEqualTo(Stage.ACTIVE);
        assertThat(permanent.expiresAtMillis()).isZero();
    }

    @Test
    void offer_toWhoHasAnAddress_changesNothing_andRepeatedKeepsTheSame() {
        pool(HoldPolicy.SOFT, HOLD, 0);
        Allocation held = segment.allocation(lease(1, "a", 600));
        Accepted offered = segment.accepted(offer("a", 9_000));
        assertThat(offered.changed()).isFalse();
        assertThat(offered.allocations().get(0).expiresAtMillis()).isEqualTo(held.expiresAtMillis());
        Allocation first = segment.allocation(77, offer("b", 10));
        segment.pass(5);
        assertThat(segment.allocation(77, offer("b", 10)).expiresAtMillis()).isEqualTo(first.expiresAtMillis());
        assertThat(segment.allocation(offer("b", 10)).expiresAtMillis()).isEqualTo(first.expiresAtMillis() + 5_000);
    }

    @Test
    void offer_toTheLastOwner_notConfirmed_leavesItsRight() {
        pool(HoldPolicy.STRICT, HOLD, REST);
        Prefix had = give("a");
        segment.accepted(release(1, "a"));
        Allocation offered = segment.allocation(offer("a", 0));
        assertThat(offered.prefix()).isEqualTo(had);
        assertThat(offered.stage()).isEqualTo(Stage.OFFERED_AGAIN);
        segment.pass(32);
        segment.expireDue();
        segment.rejected(exactly(1, "b", had), Reason.ADDRESS_HELD);
        assertThat(give("a")).isEqualTo(had);
    }

    /* --------------- decline --------------- */

    @Test
    void decline_restsTheAddress_andItsOwnerGetsAnother() {
        pool(HoldPolicy.SOFT, HOLD, 0);
        Prefix bad = give("a");
        segment.accepted(77, decline("a"));
        segment.rejected(exactly(1, "a", bad), Reason.ADDRESS_DECLINED);
        Prefix good = give("a");
        assertThat(good).isNotEqualTo(bad);
        assertThat(segment.allocation(77, decline("a")).prefix()).isEqualTo(bad); // again: the first answer
        segment.rejected(77, release(1, "a"), Reason.REQUEST_ID_REUSED);
        fill(0, 3);
        segment.rejected(allocate(1, "late"), Reason.POOL_EXHAUSTED);
        segment.pass(901);
        segment.expireDue();
        assertThat(give("late")).isEqualTo(bad);
    }

    @Test
    void decline_ofAnEarlierGeneration_endsNothing_howeverLate() {
        pool(HoldPolicy.SOFT, HOLD, REST);
        int first = segment.allocation(allocate(1, "a")).causalLength();
        segment.accepted(release(1, "a"));
        Allocation second = segment.allocation(allocate(1, "a"));
        Command late = new Command.Decline(1, Identity.of("a"), null, first);
        Rejected answer = segment.rejected(77, late, Reason.GENERATION_CHANGED);
        segment.accepted(new Command.Decline(1, Identity.of("a"), null, second.causalLength()));
        assertThat(segment.rejected(77, late, Reason.GENERATION_CHANGED))
                .as("also when nothing is held any more")
                .isEqualTo(answer);
    }

    /* --------------- limits --------------- */

    @Test
    void limit_countsWhatTheSubscriberHas_whateverTheDuid() {
        pool(new PoolTerms(AllocPolicy.ROTATE, HoldPolicy.SOFT, HOLD, 0, 0, 30, 2, 86_400));
        for (int iaid = 1; iaid <= 2; iaid++) {
            segment.accepted(ofIaid(iaid));
            segment.accepted(ofIaid(iaid));
        }
        segment.rejected(ofIaid(3), Reason.SUBSCRIBER_LIMIT);
        segment.accepted(allocate(1, "other"));
        segment.accepted(new Command.Release(1, new Identity("a", new byte[] {1}, 1), null));
        segment.accepted(ofIaid(3));
        segment.rejected(ofIaid(1), Reason.SUBSCRIBER_LIMIT);
    }

    @Test
    void limit_isExactWithinOneBatch() {
        pool(new PoolTerms(AllocPolicy.ROTATE, HoldPolicy.SOFT, HOLD, 0, 0, 30, 2, 86_400));
        assertThat(segment.applyAll(ofIaid(1), ofIaid(2), ofIaid(3), ofIaid(4)))
                .filteredOn(Accepted.class::isInstance)
                .hasSize(2);
    }

    private static Command.Allocate ofIaid(int iaid) {
        Identity owner = new Identity("a", new byte[] {1}, iaid);
        return new Command.Allocate(1, owner, TestSegment.NO_MAC, null, null, 0);
    }
}
