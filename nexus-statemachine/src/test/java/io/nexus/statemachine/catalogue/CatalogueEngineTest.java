package io.nexus.statemachine.catalogue;

import static io.nexus.statemachine.catalogue.CatalogueFixture.PLAN;
import static io.nexus.statemachine.catalogue.CatalogueFixture.node;
import static io.nexus.statemachine.catalogue.CatalogueFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.statemachine.codec.PlanCodec;
import io.nexus.statemachine.codec.PoolEntryCodec;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Command.CreatePool;
import io.nexus.statemachine.command.Command.FindPool;
import io.nexus.statemachine.command.Command.FoundCluster;
import io.nexus.statemachine.command.Command.RemovePool;
import io.nexus.statemachine.command.Command.ReplaceNode;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.command.Outcome.Accepted;
import io.nexus.statemachine.command.Outcome.Rejected;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.PoolSpec;
import io.nexus.statemachine.model.Reason;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CatalogueEngineTest {
    private final CatalogueFixture catalogue = CatalogueFixture.founded();

    /* --------------- founding --------------- */

    @Test
    void cluster_notFounded_acceptsNothingElse() {
        CatalogueFixture blank = new CatalogueFixture();

        for (Command command : List.of(
                new FindPool("p"),
                new CreatePool(spec("p", "default", "10.0.0.0/24")),
                new RemovePool(1),
                new ReplaceNode("n1", node("n4")),
                new Command.Tick())) {
            assertRejected(blank.apply(command), Reason.NODE_STARTING, "not founded");
        }
        assertThat(blank.rows.size()).isZero();
    }

    @Test
    void found_firstAndAgain_isAcceptedOnce() {
        CatalogueFixture blank = new CatalogueFixture();

        List<Outcome> outcomes =
                blank.applyAll(new FoundCluster(PLAN), new CreatePool(spec("p", "default", "10.0.0.0/24")));

        assertThat(outcomes.get(0)).isEqualTo(Accepted.CHANGED);
        assertThat(created(outcomes.get(1)).instance()).isEqualTo(1);
        assertThat(blank.apply(new FoundCluster(PLAN))).isEqualTo(Accepted.UNCHANGED);
        assertThat(blank.last().updates()).isEmpty();
        assertThat(storedPlan(blank)).isEqualTo(PLAN);
    }

    @Test
    void found_anotherCluster_isRejected() {
        assertRejected(
                catalogue.apply(new FoundCluster(plan("c2", 2))),
                Reason.INVARIANT_BROKEN,
                "this is cluster c1 and cannot become c2");
        assertThat(storedPlan(catalogue)).isEqualTo(PLAN);
    }

    @ParameterizedTest
    @CsvSource({"0", "65"})
    void found_withAnImpossibleNumberOfSegments_isRejected(int segments) {
        assertRejected(
                new CatalogueFixture().apply(new FoundCluster(plan("c1", segments))),
                Reason.INVARIANT_BROKEN,
                "segments are not between 1 and 64");
    }

    /* --------------- pools --------------- */

    @Test
    void create_newPool_isEnteredWithItsInstanceAndSegment() {
        PoolSpec spec = spec("p", "default", "10.0.0.0/24");

        PoolEntry entry = created(catalogue.apply(new CreatePool(spec)));

        assertThat(entry).isEqualTo(new PoolEntry(spec, 1, PoolPlacement.segment(42, "p", 2)));
        byte[] row = catalogue.rows.get(CatalogueKeys.entry(1));
        assertThat(PoolEntryCodec.decode(ByteBuffer.wrap(row))).isEqualTo(entry);
        assertThat(catalogue.last().updates()).hasSize(2);
        assertThat(catalogue.apply(new FindPool("p"))).isEqualTo(Accepted.of(false, entry));
        assertThat(catalogue.last().updates()).isEmpty();
    }

    @Test
    void create_samePoolAgain_answersItsEntry() {
        PoolSpec spec = spec("p", "default", "10.0.0.0/24");

        List<Outcome> outcomes = catalogue.applyAll(new CreatePool(spec), new CreatePool(spec));

        PoolEntry entry = created(outcomes.get(0));
        assertThat(outcomes.get(1)).isEqualTo(Accepted.of(false, entry));
        assertThat(catalogue.apply(new CreatePool(spec))).isEqualTo(Accepted.of(false, entry));
    }

    @Test
    void create_sameIdWithAnotherBody_isRejectedNamingTheDifference() {
        PoolSpec spec = spec("p", "default", "10.0.0.0/24");
        PoolSpec other = new PoolSpec(
                "p", "default", spec.cidr(), 32, spec.cidr().firstAddress(), List.of(), List.of(), 60, Map.of());

        List<Outcome> outcomes = catalogue.applyAll(
                new CreatePool(spec), new CreatePool(other), new CreatePool(spec("p", "default", "10.0.1.0/24")));

        assertRejected(outcomes.get(1), Reason.POOL_EXISTS, "another gateway, default_ttl_seconds: choose");
        assertRejected(outcomes.get(2), Reason.POOL_EXISTS, "another cidr: choose");
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/24, 10.0.0.0/24, true",
        "10.0.0.0/24, 10.0.0.0/25, true",
        "10.0.0.0/24, 10.0.0.128/25, true",
        "10.0.0.128/25, 10.0.0.0/24, true",
        "10.0.0.128/25, 0.0.0.0/0, true",
        "10.0.0.0/24, 10.0.1.0/24, false",
        "10.0.1.0/24, 10.0.0.0/24, false",
        "2001:db8::/32, 2001:db8:ff00::/48, true",
        "::/32, 10.0.0.0/8, false",
        "0.0.0.0/0, ::/0, false",
    })
    void create_overlappingInOneSpace_isRejectedNamingThePool(String first, String second, boolean overlaps) {
        catalogue.apply(new CreatePool(spec("one", "default", first)));

        Outcome outcome = catalogue.apply(new CreatePool(spec("two", "default", second)));

        if (overlaps) {
            assertRejected(outcome, Reason.POOL_OVERLAPS, second + " overlaps " + first + " of pool 'one'");
            assertThat(((Rejected) outcome).field()).isEqualTo("cidr");
        } else {
            assertThat(created(outcome).instance()).isEqualTo(2);
        }
        assertThat(created(catalogue.apply(new CreatePool(spec("three", "vrf", second))))
                        .spec()
                        .space())
                .isEqualTo("vrf");
    }

    @Test
    void create_poolsOfOneBatch_seeEachOther() {
        List<Outcome> outcomes = catalogue.applyAll(
                new CreatePool(spec("one", "default", "10.0.0.0/24")),
                new CreatePool(spec("two", "default", "10.0.0.0/16")),
                new RemovePool(1),
                new CreatePool(spec("two", "default", "10.0.0.0/16")));

        assertRejected(outcomes.get(1), Reason.POOL_OVERLAPS, "'one'");
        assertThat(created(outcomes.get(3)).instance()).isEqualTo(2);
        assertThat(catalogue.last().updates())
                .extracting(update -> CatalogueKeys.kind(update.key()))
                .containsExactlyInAnyOrder(CatalogueKeys.NEXT_INSTANCE, CatalogueKeys.ENTRY);
    }

    @Test
    void create_poolThatCannotBeCutIntoUnits_isRejected() {
        PoolSpec spec = new PoolSpec(
                "p", "default", spec("x", "x", "::/0").cidr(), 64, null, List.of(), List.of(), 0, Map.of());

        assertRejected(catalogue.apply(new CreatePool(spec)), Reason.INVALID_FIELD, "cannot be cut");
    }

    @Test
    void remove_poolAndCreateItAgain_isAnotherInstance() {
        PoolSpec spec = spec("p", "default", "10.0.0.0/24");
        PoolEntry first = created(catalogue.apply(new CreatePool(spec)));

        assertThat(catalogue.apply(new RemovePool(1))).isEqualTo(Accepted.of(true, first));
        assertThat(catalogue.apply(new RemovePool(1))).isEqualTo(Accepted.UNCHANGED);
        assertRejected(catalogue.apply(new FindPool("p")), Reason.NO_SUCH_POOL, "pool 'p' does not exist");
        assertThat(created(catalogue.apply(new CreatePool(spec))).instance()).isEqualTo(2);
        assertThat(catalogue.apply(new RemovePool(1))).isEqualTo(Accepted.UNCHANGED);
        assertThat(catalogue.apply(new FindPool("p"))).isInstanceOf(Accepted.class);
    }

    @Test
    void create_beyondTheLimit_isRejectedUntilOneIsRemoved() {
        List<Command> many = new ArrayList<>();
        for (int i = 0; i < CatalogueEngine.POOLS_MAX; i++) {
            String cidr = String.format("10.%d.%d.%d/30", i >> 14, i >> 6 & 0xff, (i & 0x3f) << 2);
            many.add(new CreatePool(spec("p" + i, "default", cidr)));
        }
        catalogue.applyAt(1, many);
        CreatePool oneMore = new CreatePool(spec("more", "vrf", "10.0.0.0/8"));

        assertRejected(catalogue.apply(oneMore), Reason.POOL_EXHAUSTED, "the catalogue is full: 100000 pools");
        catalogue.apply(new RemovePool(17));
        assertThat(created(catalogue.apply(oneMore)).instance()).isEqualTo(100_001);
    }

    /* --------------- nodes --------------- */

    @Test
    void replace_lostNode_givesItsEntryAndSeatsToTheNewOne() {
        ReplaceNode replace = new ReplaceNode("n2", node("n4"));

        assertThat(catalogue.apply(replace)).isEqualTo(Accepted.CHANGED);

        ClusterPlan plan = storedPlan(catalogue);
        assertThat(plan.version()).isEqualTo(2);
        assertThat(plan.nodes()).containsExactly(node("n1"), node("n4"), node("n3"));
        assertThat(plan.seats())
                .containsExactly(List.of("n1", "n4", "n3"), List.of("n4", "n3", "n1"), List.of("n3", "n1"));
        assertThat(catalogue.apply(replace)).isEqualTo(Accepted.UNCHANGED);
        assertThat(catalogue.last().updates()).isEmpty();
        assertThat(catalogue.apply(new FoundCluster(PLAN))).isEqualTo(Accepted.UNCHANGED);
    }

    @Test
    void replace_unknownOrByAMember_isRejected() {
        assertRejected(
                catalogue.apply(new ReplaceNode("n9", node("n4"))), Reason.INVALID_FIELD, "n9 is not in the cluster");
        assertRejected(
                catalogue.apply(new ReplaceNode("n1", node("n2"))), Reason.INVALID_FIELD, "n2 is in the cluster");
        assertRejected(
                catalogue.apply(new ReplaceNode("n1", node("n1"))), Reason.INVALID_FIELD, "n1 is in the cluster");
        assertThat(storedPlan(catalogue)).isEqualTo(PLAN);
    }

    /* --------------- the rest --------------- */

    @Test
    void clock_ofBatches_neverGoesBack() {
        catalogue.applyAt(5000, List.of(new Command.Tick()));
        assertThat(catalogue.last().clockMillis()).isEqualTo(5000);

        assertThat(catalogue.applyAt(4000, List.of(new Command.Tick()))).containsExactly(Accepted.UNCHANGED);

        assertThat(catalogue.last().clockMillis()).isEqualTo(5000);
        assertThat(catalogue.last().updates()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("segmentCommands")
    void command_ofASegment_isRejected(Command command) {
        assertRejected(catalogue.apply(command), Reason.INVARIANT_BROKEN, "is no command of the meta group");
    }

    static List<Command> segmentCommands() {
        Identity owner = Identity.of("walter");
        return List.of(
                new Command.OpenPool(new PoolEntry(spec("p", "default", "10.0.0.0/24"), 1, 1)),
                new Command.SealPool(1),
                new Command.Allocate(1, owner, new byte[0], null, null, 0),
                new Command.Renew(1, owner, 0),
                new Command.Release(1, owner, null),
                new Command.Expire(1, new long[] {1}));
    }

    private static ClusterPlan plan(String clusterId, int segments) {
        List<List<String>> seats = new ArrayList<>();
        for (int i = 0; i <= segments; i++) {
            seats.add(List.of("n1"));
        }
        return new ClusterPlan(1, clusterId, List.of(node("n1")), segments, 42, 1, 150, seats);
    }

    private static ClusterPlan storedPlan(CatalogueFixture catalogue) {
        return PlanCodec.decode(ByteBuffer.wrap(catalogue.rows.get(CatalogueKeys.plan())));
    }

    private static PoolEntry created(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Accepted.class);
        assertThat(((Accepted) outcome).changed()).isTrue();
        return ((Accepted) outcome).pool();
    }

    private static void assertRejected(Outcome outcome, Reason reason, String detail) {
        assertThat(outcome).isInstanceOf(Rejected.class);
        assertThat(((Rejected) outcome).reason()).isEqualTo(reason);
        assertThat(((Rejected) outcome).detail()).contains(detail);
    }
}
