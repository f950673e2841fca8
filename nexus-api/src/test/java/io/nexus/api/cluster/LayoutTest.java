package io.nexus.api.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.crdt.Digest;
import io.nexus.crdt.Position;
import io.nexus.crdt.RowChange;
import io.nexus.crdt.Step;
import io.nexus.statemachine.catalogue.CatalogueKeys;
import io.nexus.statemachine.codec.PlanCodec;
import io.nexus.statemachine.model.ClusterPlan;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class LayoutTest {
    private final FakeStore store = new FakeStore();
    private final List<StoredIdentity> disk = new ArrayList<>();
    private final NodeIdentity identity =
            new NodeIdentity(StoredIdentity.blank("00000000-0000-0000-0000-000000000001"), disk::add, () -> {});
    private final List<ClusterPlan> heard = new ArrayList<>();
    private ClusterPlan first;
    private ClusterPlan second;
    private Layout layout;

    @BeforeEach
    void enter() {
        first = TestPlans.plan(identity.nodeId(), "n0:9002", 3);
        second = TestPlans.next(first, first.nodes(), first.seats());
        identity.replace(first);
        identity.founded();
        layout = new Layout(identity, store.segment(0), Runnable::run);
        layout.listen(heard::add);
    }

    @Test
    void onStep_newerPlan_isCurrentHeardAndKept() {
        layout.onStep(step(0, RowKind.PLAN, second));
        assertThat(layout.current()).isEqualTo(second);
        assertThat(layout.recorded()).isTrue();
        assertThat(heard).containsExactly(second);
        assertThat(identity.plan()).isEqualTo(second);
    }

    @Test
    void onStep_oldOrSamePlan_isNoNews() {
        layout.onStep(step(0, RowKind.PLAN, second));
        layout.onStep(step(0, RowKind.PLAN, first));
        assertThat(layout.current()).isEqualTo(second);
        assertThat(heard).hasSize(1);
    }

    @Test
    void onStep_otherRowsAndStreams_areIgnored() {
        layout.onStep(step(0, RowKind.OTHER, second));
        layout.onStep(step(4, RowKind.PLAN, second));
        assertThat(layout.recorded()).isFalse();
        assertThat(layout.current()).isEqualTo(first);
    }

    @Test
    void refresh_rowInTheStore_isReadOncePerPosition() {
        layout.refresh();
        assertThat(layout.recorded()).isFalse();
        store.planRow(first, 1);
        layout.refresh();
        assertThat(layout.recorded()).isTrue();
        assertThat(heard).isEmpty();
        store.planRow(second, 9);
        layout.refresh();
        layout.refresh();
        assertThat(heard).containsExactly(second);
    }

    private enum RowKind {
        PLAN,
        OTHER
    }

    private static Step step(int stream, RowKind kind, ClusterPlan plan) {
        byte[] key = kind == RowKind.PLAN ? CatalogueKeys.plan() : CatalogueKeys.nextInstance();
        Position after = new Position(stream, 1, 1, 1, 1, 1, 0, new Digest(0, 0), 0);
        return new Step(after, List.of(new RowChange(key, PlanCodec.encode(plan))));
    }
}
