package io.nexus.statemachine.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.crdt.Position;
import io.nexus.statemachine.command.Batch;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Envelope;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.engine.Applied;
import io.nexus.statemachine.engine.MapRows;
import io.nexus.statemachine.model.AddressText;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.Family;
import io.nexus.statemachine.model.NodeEntry;
import io.nexus.statemachine.model.PoolSpec;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.storage.RowUpdate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A catalogue with its rows. Every batch is applied a second time by an engine that was loaded from the rows before it:
 * both must say the same.
 */
final class CatalogueFixture {
    static final ClusterPlan PLAN = new ClusterPlan(
            1,
            "c1",
            List.of(node("n1"), node("n2"), node("n3")),
            2,
            42,
            1,
            150,
            List.of(List.of("n1", "n2", "n3"), List.of("n2", "n3", "n1"), List.of("n3", "n1")));

    final MapRows rows = new MapRows();
    private final CatalogueEngine engine = new CatalogueEngine();
    private long seq;
    private long clockMillis;
    private Applied last = new Applied(0, List.of(), List.of());

    CatalogueFixture() {
        engine.load(rows, null);
    }

    static CatalogueFixture founded() {
        CatalogueFixture fixture = new CatalogueFixture();
        fixture.apply(new Command.FoundCluster(PLAN));
        return fixture;
    }

    Outcome apply(Command command) {
        return applyAll(command).get(0);
    }

    List<Outcome> applyAll(Command... commands) {
        return applyAt(1000, List.of(commands));
    }

    List<Outcome> applyAt(long stampMillis, List<Command> commands) {
        List<Envelope> envelopes = new ArrayList<>();
        commands.forEach(command -> envelopes.add(new Envelope(envelopes.size(), command)));
        Batch batch = new Batch(stampMillis, envelopes);
        CatalogueEngine reloaded = new CatalogueEngine();
        reloaded.load(rows.copy(), Position.start(0, 1, 7).atLog(1, seq, clockMillis));

        last = engine.apply(batch, 1, seq + 1);

        assertSame(reloaded.apply(batch, 1, seq + 1), last);
        rows.commit(last.updates());
        clockMillis = last.clockMillis();
        seq += last.updates().isEmpty() ? 0 : 1;
        assertThat(last.outcomes()).hasSameSizeAs(commands);
        return last.outcomes();
    }

    /** Element by element: a recursive comparison takes minutes for a hundred thousand pools. */
    private static void assertSame(Applied actual, Applied expected) {
        assertThat(actual.clockMillis()).isEqualTo(expected.clockMillis());
        assertThat(actual.outcomes()).isEqualTo(expected.outcomes());
        assertThat(actual.updates()).hasSameSizeAs(expected.updates());
        for (int i = 0; i < actual.updates().size(); i++) {
            RowUpdate a = actual.updates().get(i);
            RowUpdate b = expected.updates().get(i);
            assertThat(Arrays.equals(a.key(), b.key())
                            && Arrays.equals(a.before(), b.before())
                            && Arrays.equals(a.after(), b.after()))
                    .as("update %d", i)
                    .isTrue();
        }
    }

    /** What the last batch did. */
    Applied last() {
        return last;
    }

    static NodeEntry node(String id) {
        return new NodeEntry(id, id, id + ":9002", id + ":9003", id + ":9000", id + ":9001");
    }

    static PoolSpec spec(String id, String space, String cidr) {
        Prefix prefix = AddressText.parsePrefix(cidr).get();
        int unitLength = prefix.family() == Family.IPV4 ? 32 : Math.min(prefix.length() + 8, 128);
        return new PoolSpec(id, space, prefix, unitLength, null, List.of(), List.of(), 0, Map.of());
    }
}
