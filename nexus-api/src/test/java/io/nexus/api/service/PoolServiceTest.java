package io.nexus.api.service;

import static io.nexus.api.service.AllocationServiceTest.problemOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.error.Problem;
import io.nexus.api.local.LocalCluster;
import io.nexus.api.service.PoolService.CreatedPool;
import io.nexus.api.service.PoolService.PoolView;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Reason;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PoolServiceTest {
    private final LocalCluster cluster = new LocalCluster();

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void create_again_isTheSamePoolWithTheSameBodyOnly() {
        CreatedPool first = create(pool("p", "10.0.0.0/24")).join();
        CreatedPool again = create(pool("p", "10.0.0.0/24")).join();
        assertThat(first.created()).isTrue();
        assertThat(again.created()).isFalse();
        assertThat(again.pool().entry()).isEqualTo(first.pool().entry());
        assertThat(problemOf(create(pool("p", "10.1.0.0/24"))).reason()).isEqualTo(Reason.POOL_EXISTS);
        assertThat(problemOf(create(pool("q", "10.0.0.128/25"))).reason()).isEqualTo(Reason.POOL_OVERLAPS);
        assertThat(create(new Requests.NewPool(
                                "q", "10.0.0.128/25", 0, "", List.of(), List.of(), "other-vrf", 0, Map.of()))
                        .join()
                        .created())
                .isTrue();
    }

    @Test
    void create_ipv4_takesAnyLengthThatCouldBe() {
        create(new Requests.NewPool("p", "10.0.0.0/24", 24, "", List.of(), List.of(), "", 0, Map.of()))
                .join();
        assertThat(create(new Requests.NewPool("p", "10.0.0.0/24", 32, "", List.of(), List.of(), "", 0, Map.of()))
                        .join()
                        .created())
                .isFalse();
        assertField(
                "prefix_length",
                new Requests.NewPool("q", "10.1.0.0/24", 23, "", List.of(), List.of(), "", 0, Map.of()));
    }

    @Test
    void create_badInput_namesTheField() {
        assertField("id", pool("", "10.0.0.0/24"));
        assertField("id", pool("a b", "10.0.0.0/24"));
        assertField("cidr", pool("p", ""));
        assertField("cidr", pool("p", "10.0.0.1/24"));
        assertField("cidr", pool("p", "10.0.0.0"));
        assertField("cidr", pool("p", "10.0.0.0/33"));
        assertField("cidr", pool("p", "::ffff:10.0.0.0/120"));
        assertField("prefix_length", pool("p", "2001:db8::/48"));
        assertField("gateway", body("10.1.0.1", List.of(), List.of(), "", 0));
        assertField("gateway", body("10.0.0.0/24", List.of(), List.of(), "", 0));
        assertField("exclusions", body("", List.of("10.0.0.9-10.0.0.2"), List.of(), "", 0));
        assertField("exclusions", body("", List.of("10.9.0.0/24"), List.of(), "", 0));
        assertField("dns", body("", List.of(), List.of("resolver.example"), "", 0));
        assertField("space", body("", List.of(), List.of(), "a b", 0));
        assertField("default_ttl_seconds", body("", List.of(), List.of(), "", -1));
        assertThat(cluster.pools.list("")).isEmpty();
    }

    @Test
    void create_severalProblems_areToldTogether() {
        Problem problem = problemOf(create(body("10.1.0.1", List.of("10.9.0.0/24"), List.of(), "", -5)));
        assertThat(problem.message())
                .contains("gateway: ")
                .contains("exclusions: ")
                .contains("default_ttl_seconds: ");
    }

    @Test
    void view_ofAFreshPool_hasItsSize() {
        cluster.directory.lag(true);
        PoolView view = create(pool("p", "10.0.0.0/24")).join().pool();
        assertThat(view.use().size()).isEqualTo(253);
        assertThat(view.use().allocated()).isZero();
        assertThat(view.owner()).isEqualTo(LocalCluster.NODE);
    }

    @Test
    void get_fromTheDirectory_needsNoLeader() {
        create(pool("p", "10.0.0.0/24")).join();
        LocalCluster.segments().forEach(segment -> cluster.router.leaderless(segment, true));
        PoolView view = cluster.pools.get("p", LocalCluster.deadline()).join();
        assertThat(view.entry().spec().id()).isEqualTo("p");
        assertThat(view.owner()).isNull();
        assertThat(problemOf(cluster.pools.get("unknown", LocalCluster.deadline()))
                        .reason())
                .isEqualTo(Reason.NO_LEADER);
    }

    @Test
    void delete_inUse_isRefusedAndChangesNothing() {
        create(pool("p", "10.0.0.0/24")).join();
        cluster.allocations
                .allocate(new Requests.Allocate("a", "p", "", "", 0, "", 0, null, ""), LocalCluster.deadline())
                .join();
        assertThat(problemOf(cluster.pools.delete("p", LocalCluster.deadline())).reason())
                .isEqualTo(Reason.POOL_IN_USE);
        assertThat(cluster.pools.get("p", LocalCluster.deadline()).join().use().sealed())
                .isFalse();
        cluster.allocations.releaseAll("a", null, LocalCluster.deadline()).join();
        cluster.pools.delete("p", LocalCluster.deadline()).join();
        for (Problem problem : List.of(
                problemOf(cluster.pools.get("p", LocalCluster.deadline())),
                problemOf(cluster.pools.delete("p", LocalCluster.deadline())))) {
            assertThat(problem.reason()).isEqualTo(Reason.NO_SUCH_POOL);
            assertThat(problem.field()).isEqualTo("id");
        }
    }

    @Test
    void delete_interrupted_isFinishedByAskingAgain() {
        PoolEntry entry = create(pool("p", "10.0.0.0/24")).join().pool().entry();
        cluster.router
                .submit(entry.segment(), 5, new Command.SealPool(entry.instance()), LocalCluster.deadline())
                .join();
        assertThat(cluster.pools.get("p", LocalCluster.deadline()).join().use().sealed())
                .isTrue();
        assertThat(problemOf(cluster.allocations.allocate(
                                new Requests.Allocate("a", "p", "", "", 0, "", 0, null, ""), LocalCluster.deadline()))
                        .reason())
                .isEqualTo(Reason.POOL_SEALED);
        assertThat(problemOf(create(pool("p", "10.0.0.0/24"))).reason()).isEqualTo(Reason.POOL_SEALED);
        cluster.pools.delete("p", LocalCluster.deadline()).join();
        assertThat(create(pool("p", "10.0.0.0/24")).join().pool().entry().instance())
                .isGreaterThan(entry.instance());
    }

    @Test
    void delete_poolThatWasNeverOpened_cannotBeOpenedLater() {
        create(pool("p", "10.0.0.0/24")).join();
        var spec = RequestRules.spec(pool("q", "10.1.0.0/24"));
        var decided = cluster.router
                .submit(0, 9, new Command.CreatePool(spec), LocalCluster.deadline())
                .join();
        PoolEntry entry = ((io.nexus.statemachine.command.Outcome.Accepted) decided.outcome()).pool();
        cluster.pools.delete("q", LocalCluster.deadline()).join();
        var late = cluster.router
                .submit(entry.segment(), 10, new Command.OpenPool(entry), LocalCluster.deadline())
                .join();
        assertThat(late.outcome()).isInstanceOf(io.nexus.statemachine.command.Outcome.Rejected.class);
    }

    @Test
    void list_canBeOfOneSpace() {
        create(pool("p", "10.0.0.0/24")).join();
        create(new Requests.NewPool("q", "10.0.0.0/24", 0, "", List.of(), List.of(), "vrf", 0, Map.of()))
                .join();
        assertThat(cluster.pools.list("")).hasSize(2);
        assertThat(cluster.pools.list("vrf"))
                .extracting(v -> v.entry().spec().id())
                .containsExactly("q");
        assertThat(cluster.pools.list("default"))
                .extracting(v -> v.entry().spec().id())
                .containsExactly("p");
    }

    private CompletableFuture<CreatedPool> create(Requests.NewPool pool) {
        return cluster.pools.create(pool, LocalCluster.deadline());
    }

    private void assertField(String field, Requests.NewPool pool) {
        Problem problem = problemOf(create(pool));
        assertThat(problem.reason()).as(problem.message()).isEqualTo(Reason.INVALID_FIELD);
        assertThat(problem.field()).as(problem.message()).isEqualTo(field);
    }

    private static Requests.NewPool pool(String id, String cidr) {
        return new Requests.NewPool(id, cidr, 0, "", List.of(), List.of(), "", 0, Map.of());
    }

    private static Requests.NewPool body(
            String gateway, List<String> exclusions, List<String> dns, String space, long ttl) {
        return new Requests.NewPool("p", "10.0.0.0/24", 0, gateway, exclusions, dns, space, ttl, Map.of());
    }
}
