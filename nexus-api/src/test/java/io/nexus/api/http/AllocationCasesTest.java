package io.nexus.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.http.HttpFixture.Answer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Cases that allocators get wrong once, seen from outside. */
final class AllocationCasesTest {
    private final HttpFixture nexus = new HttpFixture();
    private final ExecutorService callers = Executors.newFixedThreadPool(16);

    @AfterEach
    void close() {
        callers.shutdownNow();
        nexus.close();
    }

    @Test
    void exclusions_areHonouredUnderConcurrency() throws Exception {
        nexus.pool(
                "p",
                "10.0.0.0/26",
                "\"gateway\":\"10.0.0.62\"",
                "\"exclusions\":[\"10.0.0.8/29\",\"10.0.0.20-10.0.0.25\",\"10.0.0.40\"]");
        Set<String> given = new HashSet<>(parallelIps(64, i -> nexus.allocate("s" + i, "p")));
        assertThat(given).hasSize(62 - 1 - 8 - 6 - 1);
        assertThat(given).doesNotContain("10.0.0.0", "10.0.0.63", "10.0.0.62", "10.0.0.40", "10.0.0.8", "10.0.0.25");
    }

    @Test
    void fiftyParallelAllocates_giveFiftyAddresses() throws Exception {
        nexus.pool("p", "10.0.0.0/26");
        assertThat(parallelIps(50, i -> nexus.allocate("s" + i, "p")))
                .hasSize(50)
                .doesNotHaveDuplicates();
    }

    @Test
    void eightParallelAllocatesOfOneSubscriber_giveOneAddress() throws Exception {
        nexus.pool("p", "10.0.0.0/26");
        List<Answer> answers = parallel(8, i -> nexus.allocate("union-street", "p"));
        assertThat(answers)
                .extracting(answer -> answer.text("ip"))
                .hasSize(8)
                .containsOnly(answers.get(0).text("ip"));
        assertThat(answers).filteredOn(answer -> answer.status() == 201).hasSize(1);
        assertThat(nexus.get("/api/v1/pools/p").json().path("allocated").asInt())
                .isEqualTo(1);
    }

    @Test
    void smallPools_fillToTheLastHost() {
        nexus.pool("p29", "10.0.0.0/29", "\"gateway\":\"10.0.0.1\"");
        nexus.pool("p30", "10.0.1.0/30", "\"gateway\":\"10.0.1.1\"");
        fill("p29", 5);
        fill("p30", 1);
        assertThat(nexus.allocate("a", "p30").text("ip")).isEqualTo("10.0.1.2");
    }

    private void fill(String pool, int hosts) {
        for (int i = 0; i < hosts; i++) {
            assertThat(nexus.allocate(i == 0 ? "a" : "s" + i, pool).status()).isEqualTo(201);
        }
        Answer full = nexus.allocate("late", pool);
        assertThat(full.status()).isEqualTo(409);
        assertThat(full.text("reason")).isEqualTo("POOL_EXHAUSTED");
        nexus.delete("/api/v1/allocations/a?pool_id=" + pool);
        assertThat(nexus.allocate("late", pool).status()).isEqualTo(201);
        assertThat(nexus.allocate("later", pool).status())
                .as("exactly one was freed")
                .isEqualTo(409);
        nexus.delete("/api/v1/allocations/late?pool_id=" + pool);
        assertThat(nexus.allocate("a", pool).status()).isEqualTo(201);
    }

    @Test
    void withoutGateway_theFirstHostIsNeverGiven() {
        nexus.pool("p", "10.0.0.0/29");
        for (int i = 0; i < 5; i++) {
            assertThat(nexus.allocate("s" + i, "p").text("ip")).isNotEqualTo("10.0.0.1");
        }
        assertThat(nexus.allocate("late", "p").status()).isEqualTo(409);
    }

    @Test
    void oneExplicitAddress_hasOneWinner() throws Exception {
        nexus.pool("p", "10.0.0.0/24");
        List<Answer> answers = parallel(2, i -> nexus.allocate("s" + i, "p", "\"ip\":\"10.0.0.77\""));
        assertThat(answers).extracting(Answer::status).containsExactlyInAnyOrder(201, 409);
        assertThat(answers)
                .filteredOn(answer -> answer.status() == 409)
                .extracting(answer -> answer.text("reason"))
                .containsExactly("ADDRESS_TAKEN");
        assertThat(nexus.allocate("x", "p", "\"ip\":\"10.0.0.255\"").status())
                .as("broadcast")
                .isEqualTo(409);
        assertThat(nexus.allocate("x", "p", "\"ip\":\"10.0.1.1\"").status())
                .as("outside")
                .isEqualTo(400);
    }

    @Test
    void release_clearsEveryIndex() {
        nexus.pool("p", "10.0.0.0/24");
        String ip = nexus.allocate("a", "p").text("ip");
        nexus.delete("/api/v1/allocations/a");
        assertThat(nexus.get("/api/v1/allocations/a").status()).isEqualTo(404);
        assertThat(nexus.get("/api/v1/allocations/by-ip/" + ip).status()).isEqualTo(404);
        assertThat(nexus.get("/api/v1/pools/p").json().path("allocated").asInt())
                .isZero();
        assertThat(nexus.allocate("b", "p", "\"ip\":\"" + ip + "\"").status()).isEqualTo(201);
        assertThat(nexus.get("/api/v1/allocations/by-ip/" + ip).text("subscriber_id"))
                .isEqualTo("b");
    }

    @Test
    void leaseGivenAgainAsPermanent_survivesTheOldDeadline() {
        nexus.pool("p", "10.0.0.0/24");
        String ip = nexus.allocate("a", "p", "\"ttl\":60").text("ip");
        nexus.delete("/api/v1/allocations/a");
        Answer again = nexus.allocate("a", "p", "\"alloc_type\":\"permanent\"", "\"ip\":\"" + ip + "\"");
        assertThat(again.status()).isEqualTo(201);
        nexus.cluster.passSeconds(120);
        assertThat(nexus.get("/api/v1/allocations/a").text("ip")).isEqualTo(ip);
        assertThat(nexus.get("/api/v1/allocations/a").json().has("expires_at")).isFalse();
    }

    @Test
    void shortLeaseEnds_longOneDoesNot() {
        nexus.pool("p", "10.0.0.0/24");
        nexus.allocate("short", "p", "\"ttl\":2");
        nexus.allocate("long", "p", "\"ttl\":3600");
        nexus.cluster.passSeconds(1);
        assertThat(nexus.get("/api/v1/allocations/short").status()).isEqualTo(200);
        nexus.cluster.passSeconds(2);
        assertThat(nexus.get("/api/v1/allocations/short").status()).isEqualTo(404);
        assertThat(nexus.get("/api/v1/allocations/long").status()).isEqualTo(200);
    }

    @Test
    void poolCreatedAgainWithAnotherCidr_renumbersNobody() {
        nexus.pool("p", "10.0.0.0/24");
        String ip = nexus.allocate("a", "p").text("ip");
        assertThat(nexus.delete("/api/v1/pools/p").status()).isEqualTo(409);
        assertThat(nexus.post("/api/v1/pools", "{\"id\":\"p\",\"cidr\":\"10.9.0.0/24\"}")
                        .status())
                .isEqualTo(409);
        assertThat(nexus.get("/api/v1/allocations/a").text("ip")).isEqualTo(ip);
        nexus.delete("/api/v1/allocations/a");
        assertThat(nexus.delete("/api/v1/pools/p").status()).isEqualTo(204);
        nexus.pool("p", "10.9.0.0/24");
        assertThat(nexus.allocate("a", "p").text("ip")).startsWith("10.9.0.");
    }

    @Test
    void ordinaryWords_areFineNames() {
        nexus.pool("renew", "10.0.0.0/24");
        for (String name :
                List.of("walter", "union-street", "null", "by-ip", "select", "renew", "..", "a+b".replace("+", "."))) {
            assertThat(nexus.allocate(name, "renew").status()).as(name).isEqualTo(201);
            assertThat(nexus.rawGet("/api/v1/allocations/" + name)).as(name).startsWith("HTTP/1.1 200");
        }
        assertThat(nexus.get("/api/v1/pools/renew").status()).isEqualTo(200);
    }

    /* --------------- steps --------------- */

    private interface Request {
        Answer send(int number);
    }

    private List<Answer> parallel(int count, Request request) throws InterruptedException, ExecutionException {
        List<Callable<Answer>> calls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int number = i;
            calls.add(() -> request.send(number));
        }
        List<Answer> answers = new ArrayList<>();
        for (Future<Answer> future : callers.invokeAll(calls)) {
            answers.add(future.get());
        }
        return answers;
    }

    /** The addresses of those that were given one. */
    private List<String> parallelIps(int count, Request request) throws InterruptedException, ExecutionException {
        return parallel(count, request).stream()
                .filter(answer -> answer.status() == 201)
                .map(answer -> answer.text("ip"))
                .toList();
    }
}
