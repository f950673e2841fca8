package io.nexus.api.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.service.Lookups.Answer;
import io.nexus.api.service.Lookups.Demand;
import io.nexus.api.service.Lookups.Role;
import io.nexus.crdt.Branches;
import io.nexus.crdt.Digest;
import io.nexus.crdt.Position;
import io.nexus.crdt.Step;
import io.nexus.crdt.Token;
import io.nexus.statemachine.model.Reason;
import io.nexus.statemachine.rows.BranchesRow;
import io.nexus.statemachine.rows.RowKeys;
import io.nexus.statemachine.storage.SegmentStore;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Tokens that this node's copy does not simply have: of a lost branch, of the future, of another cluster. */
class LocalLookupsTokenTest extends LookupFixture {
    @Test
    void token_ofALostBranch_saysThatTheWriteIsLost_whoeverHearsOfTheNewBranchFirst() {
        Step kept = one.allocate(V4, "alice");
        c.copy(kept);
        Step lost = one.allocate(V4, "bob");
        rebuild(a, kept.seq());
        // c is still on the old branch, and behind the write: the owner tells it.
        assertProblem(c.lookups.bySubscriber("bob", "v4", least(lost.after().token()), soon()), Reason.WRITE_LOST);
        rebuild(c, kept.seq());
        a.kill();
        assertProblem(c.lookups.bySubscriber("bob", "v4", least(lost.after().token()), soon()), Reason.WRITE_LOST);
        assertProblem(c.lookups.bySubscriber("bob", null, least(lost.after().token()), soon()), Reason.WRITE_LOST);
    }

    @Test
    void token_ofAnOlderBranch_thatTheNewOneKept_isSatisfied() {
        Step kept = one.allocate(V4, "alice");
        c.copy(kept);
        rebuild(c, kept.seq());
        lab.owners.clear();
        Answer answer = bySubscriber(c, "alice", "v4", least(kept.after().token()));
        assertThat(answer.allocations()).hasSize(1);
        assertThat(answer.asOf()).extracting(Lookups.AsOf::incarnation).containsExactly(2);
    }

    @Test
    void token_ofAWriteThatWasNeverMade_isRefusedAsSuch_withTheOwnersWord() {
        c.copy(one.allocate(V4, "alice"));
        Position owner = Objects.requireNonNull(a.store.segment(1).position());
        Token beyond = new Token(1, 1, owner.seq() + 5);
        assertProblem(c.lookups.bySubscriber("alice", "v4", least(beyond), soon()), Reason.INVALID_FIELD)
                .hasMessageContaining("token: names write " + beyond.seq());
        assertProblem(a.lookups.bySubscriber("alice", "v4", least(beyond), soon()), Reason.INVALID_FIELD);
        Token before = new Token(1, 0, 3); // of an incarnation that nobody knows
        assertProblem(c.lookups.bySubscriber("alice", "v4", least(before), soon()), Reason.INVALID_FIELD);
        a.kill();
        assertProblem(c.lookups.bySubscriber("alice", "v4", least(beyond), inHalfASecond()), Reason.STALE_READ);
    }

    @Test
    void token_ofANewerIncarnationThanTheOwners_isNotYetThere() {
        c.copy(one.allocate(V4, "alice"));
        Demand newer = least(new Token(1, 2, 1));
        assertProblem(c.lookups.bySubscriber("alice", "v4", newer, soon()), Reason.STALE_READ)
                .hasMessageContaining("incarnation 2");
    }

    @Test
    void token_ofASegmentThatThereIsNot_isRefused() {
        Demand elsewhere = least(new Token(LookupLab.SEGMENTS + 1, 1, 1));
        assertProblem(c.lookups.bySubscriber("alice", null, elsewhere, soon()), Reason.INVALID_FIELD)
                .hasMessageContaining("segment 3 of 2");
    }

    @Test
    void tokenAndBound_areBothKept() {
        Step alice = one.allocate(V4, "alice");
        c.copy(alice);
        two.allocate(V6, "alice"); // c has not heard of it
        lab.stalenessMillis = 500;
        Demand tokenOnly = least(alice.after().token());
        assertThat(bySubscriber(c, "alice", null, tokenOnly).allocations()).hasSize(1);
        Demand both = new Demand(alice.after().token(), 100, false);
        Answer answer = bySubscriber(c, "alice", null, both);
        assertThat(answer.allocations()).hasSize(2);
        assertThat(answer.asOf()).extracting(Lookups.AsOf::role).containsOnly(Role.OWNER);
        Demand never = new Demand(new Token(1, 1, 999), 10_000, false);
        assertProblem(c.lookups.bySubscriber("alice", null, never, soon()), Reason.INVALID_FIELD);
        Demand owner = new Demand(alice.after().token(), 100, true);
        assertThat(bySubscriber(c, "alice", null, owner).allocations()).hasSize(2);
    }

    @Test
    void poolThatWasMadeAgainInAnotherSegmentUnnoticed_isAskedOfAllOwners() {
        one.seal(V4);
        meta.remove(V4);
        var successor = TestLog.pool("v4", "10.1.0.0/24", 9, 2);
        two.open(successor);
        two.allocate(successor, "alice");
        // c takes the pool for one of segment 1, whose owner has nothing and does not have the pool either.
        assertThat(bySubscriber(c, "alice", "v4", Demand.LOCAL).allocations()).hasSize(1);
        assertThat(bySubscriber(c, "bob", "v4", Demand.LOCAL).asOf())
                .extracting(Lookups.AsOf::segment)
                .containsExactly(1, 2);
    }

    private static Demand least(Token token) {
        return new Demand(token, 0, false);
    }

    /** The segment as a survivor has it after a rebuild: a new incarnation that kept the history up to the seq. */
    private static void rebuild(LookupLab.Node node, long keptSeq) {
        SegmentStore store = node.store.segment(1);
        Position old = Objects.requireNonNull(store.position());
        TreeMap<byte[], byte[]> rows = new TreeMap<>(java.util.Arrays::compareUnsigned);
        store.scan(new byte[0], (key, value) -> rows.put(key.clone(), value.clone()));
        Branches branches = Branches.NONE.with(new Branches.Branch(2, 77, keptSeq));
        rows.put(RowKeys.branches(), BranchesRow.encode(branches));
        Digest digest = rows.entrySet().stream()
                .map(row -> Digest.of(row.getKey(), row.getValue()))
                .reduce(Digest.ZERO, Digest::plus);
        try (SegmentStore.Install install = store.install()) {
            rows.forEach(install::put);
            install.finish(new Position(
                    1, 2, 77, keptSeq + 1, old.term(), old.index() + 1, old.clockMillis(), digest, old.live()));
        }
        node.listener.onInstalled(1);
    }
}
