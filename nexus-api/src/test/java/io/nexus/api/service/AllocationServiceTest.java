package io.nexus.api.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nexus.api.error.Problem;
import io.nexus.api.error.ProblemException;
import io.nexus.api.local.LocalCluster;
import io.nexus.api.metrics.PrometheusText;
import io.nexus.api.service.AllocationService.Granted;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Reason;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class AllocationServiceTest {
    private final LocalCluster cluster = new LocalCluster();

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void allocate_repeated_givesTheFirstAnswer() {
        createPool("p", "10.0.0.0/24");
        Granted first = allocate("walter", "p", "");
        Granted second = allocate("walter", "p", "");
        assertThat(first.created()).isTrue();
        assertThat(second.created()).isFalse();
        assertThat(second.holding().allocation().prefix())
                .isEqualTo(first.holding().allocation().prefix());
        assertThat(first.holding().pool().spec().id()).isEqualTo("p");
    }

    @Test
    void allocate_sameRequestId_isTheSameCommandOnEveryNode() {
        CommandIds here = new CommandIds();
        CommandIds there = new CommandIds();
        assertThat(here.of("allocate", "a", "r1")).isEqualTo(there.of("allocate", "a", "r1"));
        assertThat(here.of("allocate", "a", "r1"))
                .isNotEqualTo(here.of("release", "a", "r1"))
                .isNotEqualTo(here.of("allocate", "ar", "1"))
                .isNotEqualTo(here.of("allocate", "a", "r2"));
        assertThat(here.of("allocate", "a", null)).isNotEqualTo(here.of("allocate", "a", null));
        assertThat(here.next()).isNotEqualTo(there.next());
    }

    @Test
    void allocate_lateRepeatAfterRelease_allocatesNothing() {
        createPool("p", "10.0.0.0/24");
        Granted first = allocate("a", "p", "r1");
        release("a", "p");
        Granted late = allocate("a", "p", "r1");
        assertThat(late.holding().allocation().prefix())
                .isEqualTo(first.holding().allocation().prefix());
        assertThat(found("a")).isEmpty();
    }

    @Test
    void allocate_unknownPool_asksTheOwnerOnceASecond() {
        for (int i = 0; i < 3; i++) {
            Problem problem = problemOf(allocateAsync("a", "nowhere", ""));
            assertThat(problem.reason()).isEqualTo(Reason.NO_SUCH_POOL);
            assertThat(problem.field()).isEqualTo("pool_id");
        }
        assertThat(cluster.router.drainSubmitted()).containsExactly(new Command.FindPool("nowhere"));
        cluster.nanoClock.addAndGet(1_000_000_000L);
        problemOf(allocateAsync("a", "nowhere", ""));
        assertThat(cluster.router.drainSubmitted()).hasSize(1);
    }

    @Test
    void allocate_poolThatThisNodeDoesNotKnowYet_works() {
        cluster.directory.lag(true);
        createPool("p", "10.0.0.0/24");
        assertThat(allocate("a", "p", "").created()).isTrue();
    }

    @Test
    void allocate_poolThatWasNeverOpened_opensItFirst() {
        // Whoever created it stopped between catalogue and segment.
        PoolEntry entry = enterOnly("p");
        assertThat(allocate("a", "p", "").created()).isTrue();
        assertThat(cluster.router.drainSubmitted()).contains(new Command.OpenPool(entry));
    }

    @Test
    void allocate_poolThatWasRecreated_goesToTheNewInstance() {
        createPool("p", "10.0.0.0/24");
        cluster.directory.lag(true);
        cluster.pools.delete("p", LocalCluster.deadline()).join();
        createPool("p", "10.9.0.0/24");
        Granted granted = allocate("a", "p", "");
        assertThat(granted.holding().allocation().prefix().address()).startsWith("10.9.0.");
        assertThat(granted.holding().pool().spec().cidr()).hasToString("10.9.0.0/24");
    }

    @Test
    void allocate_deletedPoolOfAStaleDirectory_isNotFound() {
        createPool("p", "10.0.0.0/24");
        cluster.directory.lag(true);
        cluster.pools.delete("p", LocalCluster.deadline()).join();
        assertThat(problemOf(allocateAsync("a", "p", "")).reason()).isEqualTo(Reason.NO_SUCH_POOL);
    }

    @Test
    void allocate_badInput_namesTheField() {
        createPool("p", "10.0.0.0/24");
        createPool("p6", "2001:db8::/48", 56);
        assertField("subscriber_id", request("", "p", Map.of()));
        assertField("subscriber_id", request("a\nb", "p", Map.of()));
        assertField("subscriber_id", request("x".repeat(257), "p", Map.of()));
        assertField("pool_id", request("a", "", Map.of()));
        assertField("mac", request("a", "p", Map.of("mac", "aa:bb:cc:dd:ee")));
        assertField("mac", request("a", "p", Map.of("mac", "aa:bb-cc:dd:ee:ff")));
        assertField("duid", request("a", "p", Map.of("duid", "abc")));
        assertField("duid", request("a", "p", Map.of("duid", "00".repeat(129))));
        assertField("ip", request("a", "p", Map.of("ip", "10.0.0.256")));
        assertField("ip", request("a", "p", Map.of("ip", "010.0.0.9")));
        assertField("ip", request("a", "p", Map.of("ip", "10.1.0.9")));
        assertField("ip", request("a", "p", Map.of("ip", "2001:db8::1")));
        assertField("ip", request("a", "p", Map.of("ip", "10.0.0.0/25")));
        assertField("ip", request("a", "p6", Map.of("ip", "2001:db8::1")));
        assertField("ip", request("a", "p6", Map.of("ip", "2001:db8::/64")));
        assertField("request_id", request("a", "p", Map.of("request_id", "x".repeat(65))));
        assertField("ttl_seconds", ttl(-1));
        assertField("ttl_seconds", ttl(315_360_001));
        assertField("ttl_seconds", ttl(Long.MAX_VALUE));
        assertThat(cluster.store.segment(1).position() == null
                        || cluster.store.segment(1).position().live() == 0)
                .isTrue();
    }

    @Test
    void allocate_explicitPrefix_mayBeWrittenWithOrWithoutLength() {
        createPool("p6", "2001:db8::/48", 56);
        String prefix = "2001:db8:0:300::";
        CompletableFuture<Granted> bare =
                cluster.allocations.allocate(request("a", "p6", Map.of("ip", prefix)), LocalCluster.deadline());
        assertThat(bare.join().holding().allocation().prefix()).hasToString(prefix + "/56");
        CompletableFuture<Granted> full =
                cluster.allocations.allocate(request("a", "p6", Map.of("ip", prefix + "/56")), LocalCluster.deadline());
        assertThat(full.join().created()).isFalse();
    }

    @Test
    void allocate_withoutLeader_saysSo() {
        createPool("p", "10.0.0.0/24");
        LocalCluster.segments().forEach(segment -> cluster.router.leaderless(segment, true));
        Problem problem = problemOf(allocateAsync("a", "p", ""));
        assertThat(problem.reason()).isEqualTo(Reason.NO_LEADER);
    }

    @Test
    void release_freesExactlyOne() {
        createPool("p", "10.0.0.0/29");
        for (int i = 0; i < 5; i++) {
            allocate("s" + i, "p", "");
        }
        assertThat(problemOf(allocateAsync("late", "p", "")).reason()).isEqualTo(Reason.POOL_EXHAUSTED);
        assertThat(release("s3", "p").holdings()).hasSize(1);
        assertThat(allocate("late", "p", "").created()).isTrue();
        assertThat(problemOf(allocateAsync("later", "p", "")).reason()).isEqualTo(Reason.POOL_EXHAUSTED);
    }

    @Test
    void releaseAll_takesEveryPoolAndIdentity() {
        createPool("p", "10.0.0.0/24");
        createPool("p6", "2001:db8::/48", 56);
        allocate("a", "p", "");
        cluster.allocations
                .allocate(request("a", "p6", Map.of("duid", "00aa")), LocalCluster.deadline())
                .join();
        allocate("b", "p", "");
        AllocationService.Released released = cluster.allocations
                .releaseAll("a", null, LocalCluster.deadline())
                .join();
        assertThat(released.holdings()).hasSize(2);
        assertThat(found("a")).isEmpty();
        assertThat(found("b")).hasSize(1);
        assertThat(cluster.lookups.lastDemand().owner()).isFalse();
        assertThat(problemOf(cluster.allocations.releaseAll("a", null, LocalCluster.deadline()))
                        .reason())
                .isEqualTo(Reason.NO_SUCH_ALLOCATION);
        assertThat(cluster.lookups.lastDemand().owner()).isTrue();
    }

    @Test
    void renewAll_extendsLeasesAndLeavesPermanentOnesAlone() {
        createPool("p", "10.0.0.0/24");
        createPool("q", "10.1.0.0/24");
        allocate("a", "p", "");
        cluster.allocations
                .allocate(new Requests.Allocate("a", "q", "", "", 0, "", 60, null, ""), LocalCluster.deadline())
                .join();
        cluster.passSeconds(30);
        List<AllocationService.Renewed> renewed = cluster.allocations
                .renewAll("a", null, 60, LocalCluster.deadline())
                .join();
        assertThat(renewed).hasSize(2);
        cluster.passSeconds(45);
        assertThat(found("a")).hasSize(2);
        cluster.passSeconds(16);
        assertThat(found("a")).hasSize(1);
    }

    @Test
    void metrics_countByPoolAndResult() {
        createPool("p", "10.0.0.0/30");
        allocate("a", "p", "");
        allocate("a", "p", "");
        problemOf(allocateAsync("b", "p", ""));
        problemOf(allocateAsync("b", "made-up-by-a-caller", ""));
        assertThat(PrometheusText.write(cluster.meters))
                .contains("nexus_allocations_total{pool=\"p\",result=\"created\"} 1\n")
                .contains("nexus_allocations_total{pool=\"p\",result=\"existing\"} 1\n")
                .contains("nexus_allocations_total{pool=\"p\",result=\"POOL_EXHAUSTED\"} 1\n")
                .contains("nexus_allocations_total{pool=\"_unknown\",result=\"NO_SUCH_POOL\"} 1\n")
                .contains("nexus_allocation_latency_seconds_count{pool=\"p\"} 3\n")
                .doesNotContain("made-up");
    }

    @Test
    void metrics_poolIdsMadeUpDuringAnOutage_areNoLabels() {
        createPool("p", "10.0.0.0/24");
        cluster.router.leaderless(0, true);
        LocalCluster.segments().forEach(segment -> cluster.router.leaderless(segment, true));
        problemOf(allocateAsync("a", "p", ""));
        problemOf(allocateAsync("a", "made-up", ""));
        assertThat(PrometheusText.write(cluster.meters))
                .contains("nexus_allocations_total{pool=\"p\",result=\"NO_LEADER\"} 1\n")
                .contains("nexus_allocations_total{pool=\"_unknown\",result=\"NO_LEADER\"} 1\n")
                .doesNotContain("made-up");
    }

    /* --------------- steps --------------- */

    private void createPool(String id, String cidr) {
        createPool(id, cidr, 0);
    }

    private void createPool(String id, String cidr, int prefixLength) {
        cluster.pools
                .create(
                        new Requests.NewPool(id, cidr, prefixLength, "", List.of(), List.of(), "", 0, Map.of()),
                        LocalCluster.deadline())
                .join();
        cluster.router.drainSubmitted();
    }

    private PoolEntry enterOnly(String id) {
        var spec = RequestRules.spec(
                new Requests.NewPool(id, "10.5.0.0/24", 0, "", List.of(), List.of(), "", 0, Map.of()));
        var decided = cluster.router
                .submit(0, 7, new Command.CreatePool(spec), LocalCluster.deadline())
                .join();
        cluster.router.drainSubmitted();
        return ((io.nexus.statemachine.command.Outcome.Accepted) decided.outcome()).pool();
    }

    private CompletableFuture<Granted> allocateAsync(String subscriber, String pool, String requestId) {
        return cluster.allocations.allocate(
                request(subscriber, pool, Map.of("request_id", requestId)), LocalCluster.deadline());
    }

    private Granted allocate(String subscriber, String pool, String requestId) {
        return allocateAsync(subscriber, pool, requestId).join();
    }

    private AllocationService.Released release(String subscriber, String pool) {
        return cluster.allocations
                .release(new Requests.Release(subscriber, pool, "", "", 0, "", 0), LocalCluster.deadline())
                .join();
    }

    private List<Holding> found(String subscriber) {
        return cluster.lookupService
                .bySubscriber(subscriber, null, Requests.Freshness.ANY, LocalCluster.deadline())
                .join()
                .holdings();
    }

    private static Requests.Allocate request(String subscriber, String pool, Map<String, String> more) {
        return new Requests.Allocate(
                subscriber,
                pool,
                more.getOrDefault("mac", ""),
                more.getOrDefault("duid", ""),
                0,
                more.getOrDefault("ip", ""),
                0,
                null,
                more.getOrDefault("request_id", ""));
    }

    private static Requests.Allocate ttl(long seconds) {
        return new Requests.Allocate("a", "p", "", "", 0, "", seconds, null, "");
    }

    private void assertField(String field, Requests.Allocate request) {
        Problem problem = problemOf(cluster.allocations.allocate(request, LocalCluster.deadline()));
        assertThat(problem.reason()).as(problem.message()).isEqualTo(Reason.INVALID_FIELD);
        assertThat(problem.field()).as(problem.message()).isEqualTo(field);
        assertThat(problem.message()).startsWith(field + ": ").doesNotContain("\n");
    }

    static Problem problemOf(CompletableFuture<?> future) {
        Problem[] problem = new Problem[1];
        assertThatThrownBy(future::join).isInstanceOf(CompletionException.class).satisfies(thrown -> {
            assertThat(thrown.getCause()).isInstanceOf(ProblemException.class);
            problem[0] = ((ProblemException) thrown.getCause()).problem();
        });
        return problem[0];
    }
}
