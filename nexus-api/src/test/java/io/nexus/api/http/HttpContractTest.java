package io.nexus.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.http.HttpFixture.Answer;
import io.nexus.api.local.LocalCluster;
import io.nexus.statemachine.command.Command;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The short routes, the operators' routes, and what bad requests get. */
final class HttpContractTest {
    private final HttpFixture nexus = new HttpFixture();

    @AfterEach
    void close() {
        nexus.close();
    }

    /* --------------- short routes --------------- */

    @Test
    void allocateLookupRenewRelease_areTheGrpcMessages() {
        nexus.pool("p", "10.0.0.0/24", "\"gateway\":\"10.0.0.1\"");
        Answer given = nexus.post(
                "/allocate",
                "{\"subscriber_id\":\"walter\",\"pool_id\":\"p\",\"mac\":\"aa:bb:cc:dd:ee:ff\",\"ttl_seconds\":60}");
        assertThat(given.status()).isEqualTo(200);
        assertThat(given.text("ip")).isEqualTo("10.0.0.2");
        assertThat(given.json().path("prefix_length").asInt()).isEqualTo(32);
        assertThat(given.json().path("expires_at").isIntegralNumber()).isTrue();
        assertThat(given.json().path("created").asBoolean()).isTrue();
        assertThat(given.json().path("allocation").path("alloc_type").asText()).isEqualTo("ALLOC_TYPE_SESSION");
        assertThat(given.header("X-Nexus-Token")).isEqualTo(given.text("token")).isNotEmpty();

        Answer found = nexus.get("/lookup?subscriber_id=walter", "X-Nexus-Token", given.text("token"));
        assertThat(found.json().path("found").asBoolean()).isTrue();
        assertThat(found.header("X-Nexus-Staleness-Ms")).isEqualTo("0");
        assertThat(found.header("X-Nexus-Position")).matches("([0-9]+[.][0-9]+[.][0-9]+ ?)+");
        assertThat(found.json().path("as_of").get(0).has("seq")).isTrue();
        assertThat(nexus.get("/lookup?subscriber_id=walter&token=" + given.text("token"))
                        .status())
                .isEqualTo(200);
        assertThat(nexus.get("/lookup?subscriber_id=walter&token=AAAA", "X-Nexus-Token", given.text("token"))
                        .status())
                .isEqualTo(400);
        assertThat(nexus.cluster.lookups.lastDemand().token().encode()).isEqualTo(given.text("token"));
        assertThat(nexus.get("/lookup?ip=10.0.0.2")
                        .json()
                        .path("allocations")
                        .get(0)
                        .path("gateway")
                        .asText())
                .isEqualTo("10.0.0.1");

        Answer renewed = nexus.post("/renew", "{\"subscriber_id\":\"walter\",\"pool_id\":\"p\",\"ttl_seconds\":600}");
        assertThat(renewed.json().path("allocation").path("expires_at").asLong())
                .isEqualTo(given.json().path("expires_at").asLong() + 540);
        Answer released = nexus.post("/release", "{\"subscriber_id\":\"walter\",\"pool_id\":\"p\"}");
        assertThat(released.json().path("released")).hasSize(1);
        Answer gone = nexus.get("/lookup?subscriber_id=walter");
        assertThat(gone.status()).as("found=false is an answer").isEqualTo(200);
        assertThat(gone.json().path("found").asBoolean(true)).isFalse();
    }

    @Test
    void releaseAndRenew_ofAnEarlierGeneration_are409() {
        nexus.pool("p", "10.0.0.0/24");
        String walter = "\"subscriber_id\":\"walter\",\"pool_id\":\"p\"";
        Answer first = nexus.post("/allocate", "{" + walter + ",\"ttl_seconds\":60}");
        String generation = ",\"generation\":" + first.json().path("allocation").path("generation");
        nexus.post("/release", "{" + walter + generation + "}");
        nexus.post("/allocate", "{" + walter + ",\"ttl_seconds\":60}");

        for (String route : List.of("/release", "/renew")) {
            Answer late = nexus.post(route, "{" + walter + generation + "}");
            assertThat(late.status()).as(route).isEqualTo(409);
            assertThat(late.text("reason")).isEqualTo("GENERATION_CHANGED");
        }
        assertThat(nexus.post("/release", "{" + walter + ",\"generation\":-1}").text("field"))
                .isEqualTo("generation");
    }

    @Test
    void lookup_takesFreshnessFromTheQuery() {
        nexus.cluster.lookups.staleness(250);
        Answer found = nexus.get("/lookup?subscriber_id=a&max_staleness_ms=500&owner=true");
        assertThat(found.header("X-Nexus-Staleness-Ms")).isEqualTo("250");
        assertThat(nexus.cluster.lookups.lastDemand().maxStalenessMillis()).isEqualTo(500);
        assertThat(nexus.cluster.lookups.lastDemand().owner()).isTrue();
        nexus.cluster.lookups.staleness(-1);
        assertThat(nexus.get("/lookup?subscriber_id=a").header("X-Nexus-Staleness-Ms"))
                .isEqualTo("-1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/lookup",
                "/lookup?subscriber_id=a&ip=10.0.0.1",
                "/lookup?subscriber_id=a%0Ab",
                "/lookup?ip=10.0.0.999",
                "/lookup?subscriber_id=a&max_staleness_ms=soon",
                "/lookup?subscriber_id=a&max_staleness_ms=-1",
                "/lookup?subscriber_id=a&owner=perhaps",
                "/api/v1/allocations/a%20b",
                "/api/v1/allocations/a?all=1",
                "/api/v1/pools/%C3%A9",
                "/api/v1/pools?space=a%20b"
            })
    void badQuery_is400WithTheField(String path) {
        Answer answer = nexus.get(path, "Accept", "application/json");
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.text("reason")).isEqualTo("INVALID_FIELD");
        assertThat(answer.text("field")).isNotEmpty();
    }

    @Test
    void badToken_is400() {
        Answer answer = nexus.get("/lookup?subscriber_id=a", "X-Nexus-Token", "nonsense", "Accept", "application/json");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("field")).isEqualTo("token");
    }

    /* --------------- operators' routes --------------- */

    @Test
    void ready_saysWhyNot() {
        assertThat(nexus.get("/ready").status()).isEqualTo(200);
        nexus.cluster.warnings.add("this node's clock is off");
        Answer warned = nexus.get("/ready");
        assertThat(warned.status()).as("it serves").isEqualTo(200);
        assertThat(warned.json().path("warnings").get(0).asText()).isEqualTo("this node's clock is off");
        assertThat(nexus.get("/cluster/status").json().path("warnings")).hasSize(1);
        nexus.cluster.notReady.add("the meta state is not known");
        Answer answer = nexus.get("/ready");
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.json().path("reasons").get(0).asText()).isEqualTo("the meta state is not known");
        assertThat(nexus.get("/health").body()).isEqualTo("ok\n");
    }

    @Test
    void clusterStatusAndHashring_areShown() {
        Answer status = nexus.get("/cluster/status");
        assertThat(status.text("node_id")).isEqualTo(LocalCluster.NODE);
        assertThat(status.json().path("segments")).hasSize(LocalCluster.SEGMENTS + 1);
        Answer ring = nexus.get("/hashring");
        assertThat(ring.json().path("segments")).hasSize(LocalCluster.SEGMENTS);
        assertThat(ring.json().path("segments").get(3).path("arc_start").bigIntegerValue())
                .as("unsigned")
                .isEqualTo(new java.math.BigInteger("13835058055282163712"));
    }

    @Test
    void metrics_arePrometheusText() {
        nexus.pool("p", "10.0.0.0/24");
        nexus.allocate("a", "p");
        nexus.get("/nowhere");
        Awaitility.await("requests are counted after their answer").untilAsserted(() -> {
            Answer metrics = nexus.get("/metrics");
            assertThat(metrics.header("Content-Type")).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
            assertThat(metrics.body())
                    .contains("nexus_allocations_total{pool=\"p\",result=\"created\"} 1\n")
                    .contains("nexus_http_requests_total{route=\"/api/v1/allocations\",status=\"201\"} 1\n")
                    .contains("nexus_http_requests_total{route=\"_unmatched\",status=\"404\"} 1\n");
        });
    }

    /* --------------- routing --------------- */

    @Test
    void unknownRoute_is404_wrongMethodIs405() {
        Answer nowhere = nexus.get("/nowhere", "Accept", "application/json");
        assertThat(nowhere.status()).isEqualTo(404);
        assertThat(nowhere.text("reason")).isEqualTo("NO_SUCH_ROUTE");
        assertThat(nexus.get("/nowhere").body()).isEmpty();
        Answer wrong = nexus.get("/allocate", "Accept", "application/json");
        assertThat(wrong.status()).isEqualTo(405);
        assertThat(wrong.header("Allow")).isEqualTo("POST");
        assertThat(wrong.text("reason")).isEqualTo("METHOD_NOT_ALLOWED");
        assertThat(nexus.send("PUT", "/api/v1/pools/p", "{}").header("Allow"))
                .contains("GET")
                .contains("DELETE");
        assertThat(nexus.send("PATCH", "/health", "{}").status()).isEqualTo(405);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/pools/%00", "/api/v1/pools/%zz", "/api/v1/pools/%ff", "/api/v1/pools/a\\b"})
    void impossiblePath_is400WithoutTheInside(String path) {
        String answer = nexus.rawGet(path);
        assertThat(answer).startsWith("HTTP/1.1 400").doesNotContain("jetty").doesNotContain("Exception");
    }

    @Test
    void notHttp_andTooLongHeaders_areRefused() {
        assertThat(nexus.raw("\u0016\u0003\u0001 hello\r\n\r\n"))
                .startsWith("HTTP/1.1 400")
                .doesNotContain("jetty");
        assertThat(nexus.raw("GET /health HTTP/1.1\r\nHost: nexus\r\nX-A: " + "y".repeat(9_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431");
        assertThat(nexus.get("/health").status()).isEqualTo(200);
    }

    /* --------------- bodies --------------- */

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "~~ | body",
                "nonsense | body",
                "[] | body",
                "\"text\" | body",
                "null | body",
                "{\"subscriber_id\":\"a\" | body",
                "{\"subscriber_id\":\"a\",\"pool_id\":\"p\"} trailing | body",
                "{\"subscriber_id\":\"a\",\"subscriber_id\":\"b\",\"pool_id\":\"p\"} | body",
                "{\"subscriber_id\":\"a\",\"pool_id\":\"p\",\"ttl\":NaN} | body",
                "{\"subscriber_id\":\"a\",\"pool_id\":\"p\",\"ttl\":1"
                        + "00000000000000000000000000000000000000000} | body",
                "{\"subscriber_id\":7,\"pool_id\":\"p\"} | subscriber_id",
                "{\"subscriber_id\":\"\",\"pool_id\":\"p\"} | subscriber_id",
                "{\"pool_id\":\"p\"} | subscriber_id",
                "{\"subscriber_id\":null,\"pool_id\":\"p\"} | subscriber_id",
                "{\"subscriber_id\":[\"a\"],\"pool_id\":\"p\"} | subscriber_id",
                "{\"subscriber_id\":\"a\\u0000b\",\"pool_id\":\"p\"} | subscriber_id",
                "{\"subscriber_id\":\"a\\ud800\",\"pool_id\":\"p\"} | subscriber_id",
                "{\"subscriber_id\":\"a\",\"pool_id\":{}} | pool_id",
                "{\"subscriber_id\":\"a\",\"pool_id\":\"p\",\"ttl\":\"60\"} | ttl",
                "{\"subscriber_id\":\"a\",\"pool_id\":\"p\",\"ttl\":1.5} | ttl",
                "{\"subscriber_id\":\"a\",\"pool_id\":\"p\",\"ttl\":99999999999999999999} | ttl",
                "{\"subscriber_id\":\"a\",\"pool_id\":\"p\",\"iaid\":-1} | iaid",
                "{\"subscriber_id\":\"a\",\"pool_id\":\"p\",\"iaid\":4294967296} | iaid",
                "{\"subscriber_id\":\"a\",\"pool_id\":\"p\",\"alloc_type\":\"forever\"} | alloc_type",
                "{\"subscriber_id\":\"a\",\"pool_id\":\"p\",\"ip\":\"10.0.0.256\"} | ip"
            })
    void badBody_is400WithTheField(String body, String field) {
        nexus.pool("p", "10.0.0.0/24");
        Answer answer = nexus.post("/api/v1/allocations", body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.text("field")).as(answer.body()).isEqualTo(field);
        assertThat(answer.text("reason")).isEqualTo("INVALID_FIELD");
        assertThat(answer.body()).doesNotContain("com.fasterxml").doesNotContain("Exception");
    }

    @Test
    void deepBody_is400AtOnce() {
        String deep = "{\"subscriber_id\":" + "[".repeat(100_000);
        assertThat(nexus.post("/api/v1/allocations", deep).status()).isEqualTo(400);
        String deepUnknown = "{\"other\":" + "[".repeat(200) + "]".repeat(200) + "}";
        assertThat(nexus.post("/api/v1/allocations", deepUnknown).status()).isEqualTo(400);
    }

    @Test
    void unknownFields_areIgnored() {
        nexus.pool("p", "10.0.0.0/24", "\"isp_id\":\"x\"");
        assertThat(nexus.allocate("a", "p", "\"session\":{\"vlan\":[1,2]}").status())
                .isEqualTo(201);
    }

    @Test
    void tooLargeBody_is413() {
        Answer answer = nexus.post("/api/v1/pools", "{\"id\":\"" + "x".repeat(1 << 20) + "\"}");
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.text("reason")).isEqualTo("MESSAGE_TOO_LARGE");
        String chunk = "10000\r\n" + " ".repeat(0x10000) + "\r\n";
        assertThat(nexus.raw("POST /allocate HTTP/1.1\r\nHost: nexus\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + chunk.repeat(17)))
                .as("without a length in advance")
                .startsWith("HTTP/1.1 413");
    }

    @Test
    void oneMebibyteBody_isRead() {
        nexus.pool("p", "10.0.0.0/24");
        String filler = "\"filler\":\"" + "x".repeat((1 << 20) - 100) + "\"";
        assertThat(nexus.allocate("a", "p", filler).status()).isEqualTo(201);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 20_000})
    void stalledBodies_leaveOthersAlone(int sent) throws IOException {
        nexus.pool("p", "10.0.0.0/24");
        List<Socket> stalled = new ArrayList<>();
        try {
            for (int i = 0; i < 30; i++) {
                stalled.add(nexus.open(
                        "POST /allocate HTTP/1.1\r\nHost: nexus\r\nContent-Length: 50000\r\n\r\n" + " ".repeat(sent)));
            }
            for (int i = 0; i < 20; i++) {
                assertThat(nexus.get("/health").status()).isEqualTo(200);
                assertThat(nexus.allocate("s" + i, "p").status()).isEqualTo(201);
            }
        } finally {
            for (Socket socket : stalled) {
                socket.close();
            }
        }
    }

    @Test
    void close_waitsForRequestsUnderWay() throws Exception {
        nexus.pool("p", "10.0.0.0/24");
        CountDownLatch decide = new CountDownLatch(1);
        nexus.cluster.router.hold(decide);
        CompletableFuture<Answer> answer = CompletableFuture.supplyAsync(() -> nexus.allocate("a", "p"));
        Awaitility.await("the request is under way")
                .until(() ->
                        nexus.cluster.router.drainSubmitted().stream().anyMatch(Command.Allocate.class::isInstance));
        CompletableFuture<Void> closed = CompletableFuture.runAsync(nexus::stop);
        Awaitility.await("nothing new is taken").until(() -> !nexus.accepts());
        decide.countDown();
        assertThat(answer.get(20, TimeUnit.SECONDS).status()).isEqualTo(201);
        closed.get(20, TimeUnit.SECONDS);
    }
}
