package io.nexus.statemachine.allocator;

import static io.nexus.statemachine.allocator.TestSegment.allocate;
import static io.nexus.statemachine.allocator.TestSegment.lease;
import static io.nexus.statemachine.allocator.TestSegment.release;
import static io.nexus.statemachine.allocator.TestSegment.spec;
import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.model.AllocPolicy;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.Attachment;
import io.nexus.statemachine.model.EndReason;
import io.nexus.statemachine.model.HoldPolicy;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.PoolTerms;
import io.nexus.statemachine.rows.HistoryRow;
import io.nexus.statemachine.rows.RowKeys;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who had an address, as the rows tell it afterwards. */
class HistoryTest {
    private static final long KEPT = 86_400;

    private final TestSegment segment = new TestSegment();

    private void pool(long historySeconds) {
        PoolTerms terms = new PoolTerms(AllocPolicy.LOWEST, HoldPolicy.SOFT, 0, 0, 60, 30, 0, historySeconds);
        segment.with(1, TestSegment.with(spec("10.0.0.0/29", 32, 0), terms));
    }

    private List<String> history(long unit) {
        List<String> lines = new ArrayList<>();
        segment.rows.scan(RowKeys.historyOf(1, unit), (key, value) -> {
            HistoryRow row = HistoryRow.decode(value);
            long from = RowKeys.endedAtMillis(key) - row.heldMillis() - TestSegment.START;
            long to = RowKeys.endedAtMillis(key) - TestSegment.START;
            lines.add(row.owner().subscriber() + " " + from / 1000 + "-" + to / 1000 + " " + row.reason());
        });
        return lines;
    }

    @Test
    void everyEnd_leavesOneRow_withItsReason() {
        pool(KEPT);
        segment.accepted(allocate(1, "a"));
        segment.pass(10);
        segment.accepted(release(1, "a"));
        segment.accepted(lease(1, "b", 20));
        segment.pass(25);
        segment.expireDue();
        Command.Offer offer =
                new Command.Offer(1, Identity.of("c"), TestSegment.NO_MAC, null, 5, new Attachment("bng-1", "1/2"));
        segment.accepted(offer);
        segment.pass(7);
        segment.expireDue();
        segment.accepted(allocate(1, "d"));
        segment.pass(1);
        segment.accepted(new Command.Decline(1, Identity.of("d"), null));
        assertThat(history(2))
                .containsExactly(
                        "a 0-10 " + EndReason.RELEASED,
                        "b 10-35 " + EndReason.EXPIRED,
                        "c 35-42 " + EndReason.UNCONFIRMED,
                        "d 42-43 " + EndReason.DECLINED);
    }

    @Test
    void attachment_isKept_andTheLastOneCounts() {
        pool(KEPT);
        segment.accepted(at("bng-1"));
        Allocation moved = segment.allocation(at("bng-2"));
        assertThat(moved.attachment()).isEqualTo(new Attachment("bng-2", "eth 1/2"));
        assertThat(segment.allocation(allocate(1, "a")).attachment()).isEqualTo(moved.attachment());
        segment.restart();
        segment.pass(1);
        segment.accepted(release(1, "a"));
        segment.rows.scan(
                RowKeys.historyOf(1, 2),
                (key, value) ->
                        assertThat(HistoryRow.decode(value).attachment()).isEqualTo(moved.attachment()));
        assertThat(history(2)).hasSize(1);
    }

    private static Command.Allocate at(String gateway) {
        return new Command.Allocate(
                1, Identity.of("a"), TestSegment.NO_MAC, null, null, 0, new Attachment(gateway, "eth 1/2"));
    }

    @Test
    void allocationOfNoTime_andPoolWithoutHistory_leaveNone() {
        pool(0);
        segment.accepted(allocate(1, "a"));
        segment.pass(10);
        segment.accepted(release(1, "a"));
        assertThat(history(2)).isEmpty();

        segment.with(2, "10.1.0.0/29", 32);
        segment.accepted(allocate(2, "a"));
        segment.accepted(release(2, "a"));
        segment.rows.scan(
                RowKeys.allOf(RowKeys.HISTORY), (key, value) -> assertThat(key).isNull());
    }

    @Test
    void rowsOlderThanThePoolKeeps_areForgottenThroughTheLog() {
        pool(KEPT);
        segment.accepted(allocate(1, "a"));
        segment.pass(10);
        segment.accepted(release(1, "a"));
        segment.pass(KEPT / 2);
        segment.accepted(allocate(1, "b"));
        segment.pass(10);
        segment.accepted(release(1, "b"));
        segment.expireDue();
        assertThat(history(2)).hasSize(2);
        segment.pass(KEPT / 2);
        segment.restart();
        segment.expireDue();
        assertThat(history(2)).hasSize(1).first().asString().startsWith("b ");
        segment.expireDue();
    }

    @Test
    void forget_checksEachRowAgain() {
        pool(KEPT);
        segment.accepted(allocate(1, "a"));
        segment.pass(10);
        segment.accepted(release(1, "a"));
        long[] units = {2, 2, 3, -1, 1L << 40};
        long ended = segment.clock;
        long[] times = {ended, ended, ended, ended, -5};
        assertThat(segment.accepted(new Command.ForgetHistory(1, units, times)).changed())
                .isFalse();
        segment.pass(KEPT);
        assertThat(segment.accepted(new Command.ForgetHistory(1, units, times)).changed())
                .isTrue();
        assertThat(history(2)).isEmpty();
    }
}
