package io.nexus.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.http.HttpFixture.Answer;
import io.nexus.api.local.LocalCluster;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an unmodified gateway and its provisioning meet under /api/v1. */
final class GatewayContractTest {
    private static final String MAC = "aa:bb:cc:dd:ee:ff";

    private final HttpFixture nexus = new HttpFixture();

    @AfterEach
    void close() {
        nexus.close();
    }

    @Test
    void health_isAlwaysOk() {
        nexus.cluster.notReady.add("nothing is ready");
        LocalCluster.segments().forEach(segment -> nexus.cluster.router.leaderless(segment, true));
        assertThat(nexus.get("/health").status()).isEqualTo(200);
        assertThat(nexus.send("HEAD", "/health", null).status()).isEqualTo(200);
    }

    @Test
    void pool_isCreatedOnceAndShown() {
        String body = "{\"id\":\"demo-pool\",\"cidr\":\"10.0.0.0/16\",\"prefix\":32}";
        assertThat(nexus.post("/api/v1/pools", body).status()).isEqualTo(201);
        assertThat(nexus.post("/api/v1/pools", body).status()).isEqualTo(200);
        assertThat(nexus.post("/api/v1/pools", body.replace("/16", "/17")).status())
                .isEqualTo(409);
        Answer pool = nexus.get("/api/v1/pools/demo-pool");
        assertThat(pool.status()).isEqualTo(200);
        assertThat(pool.text("id")).isEqualTo("demo-pool");
        assertThat(pool.text("cidr")).isEqualTo("10.0.0.0/16");
        assertThat(pool.json().path("prefix").isInt()).isTrue();
        assertThat(pool.json().has("gateway")).as("none was given").isFalse();
        assertThat(nexus.get("/api/v1/pools").json().path("count").asInt()).isEqualTo(1);
    }

    @Test
    void poolWithEverything_isShownWithEverything() {
        nexus.pool(
                "v6",
                "2001:db8::/32",
                "\"prefix\":56",
                "\"gateway\":\"2001:db8::1\"",
                "\"dns\":[\"2001:db8::53\"]",
                "\"exclusions\":[\"2001:db8:ff00::/40\"]",
                "\"ttl\":3600",
                "\"metadata\":{\"isp\":\"a\"}");
        Answer pool = nexus.get("/api/v1/pools/v6");
        assertThat(pool.json().path("prefix").asInt()).isEqualTo(56);
        assertThat(pool.text("gateway")).isEqualTo("2001:db8::1");
        assertThat(pool.json().path("dns").get(0).asText()).isEqualTo("2001:db8::53");
        assertThat(pool.json().path("exclusions").get(0).asText()).isEqualTo("2001:db8:ff00::/40");
        assertThat(pool.json().path("ttl").asInt()).isEqualTo(3_600);
        assertThat(pool.json().path("metadata").path("isp").asText()).isEqualTo("a");
    }

    @Test
    void discover_withRawColonsInThePath_isAnswered() {
        nexus.pool("p", "10.0.0.0/24");
        Answer given = nexus.allocate(MAC, "p");
        assertThat(given.status()).isEqualTo(201);
        String answer = nexus.rawGet("/api/v1/allocations/" + MAC);
        assertThat(answer).startsWith("HTTP/1.1 200 ").contains("\"ip\":\"" + given.text("ip") + "\"");
        assertThat(nexus.rawGet("/api/v1/allocations/aa%3Abb%3acc%3Add%3Aee%3Aff"))
                .startsWith("HTTP/1.1 200 ");
        assertThat(Instant.parse(given.text("timestamp"))).isNotNull();
        assertThat(given.json().has("expires_at")).as("permanent").isFalse();
    }

    @Test
    void discover_withoutAnyLeader_isStillAnswered() {
        nexus.pool("p", "10.0.0.0/24");
        nexus.allocate(MAC, "p");
        LocalCluster.segments().forEach(segment -> nexus.cluster.router.leaderless(segment, true));
        assertThat(nexus.get("/api/v1/allocations/" + MAC).status()).isEqualTo(200);
        assertThat(nexus.get("/api/v1/pools/p").status()).isEqualTo(200);
        // Not 404: the customer would land in the walled garden for a day.
        Answer unsure = nexus.get("/api/v1/allocations/11:22:33:44:55:66");
        assertThat(unsure.status()).isEqualTo(503);
        assertThat(unsure.header("Retry-After")).isNotEmpty();
    }

    @Test
    void notFound_hasABodyOnlyForWhoAsks() {
        Answer bare = nexus.get("/api/v1/allocations/" + MAC);
        assertThat(bare.status()).isEqualTo(404);
        assertThat(bare.body()).isEmpty();
        Answer asked = nexus.get("/api/v1/allocations/" + MAC, "Accept", "application/json");
        assertThat(asked.text("reason")).isEqualTo("NO_SUCH_ALLOCATION");
        Answer posted = nexus.allocate(MAC, "nowhere");
        assertThat(posted.status()).isEqualTo(404);
        assertThat(posted.text("reason")).isEqualTo("NO_SUCH_POOL");
    }

    @Test
    void everyLookup_foundOrNot_saysHowOldItIs_andAsOfWhat() {
        nexus.pool("p", "10.0.0.0/24");
        nexus.allocate(MAC, "p");
        for (String path : new String[] {MAC, MAC + "?all=true", "by-ip/10.0.0.1", "nobody", "by-ip/10.0.0.99"}) {
            Answer answer = nexus.get("/api/v1/allocations/" + path, "Accept", "application/json");
            assertThat(answer.header("X-Nexus-Position")).as(path).isNotEmpty();
            assertThat(answer.header("X-Nexus-Staleness-Ms")).as(path).isNotEmpty();
            assertThat(answer.json().path("as_of").path("position").asText())
                    .as(path)
                    .isEqualTo(answer.header("X-Nexus-Position"));
            assertThat(answer.json().path("as_of").path("staleness_ms").asText())
                    .as(path)
                    .isEqualTo(answer.header("X-Nexus-Staleness-Ms"));
        }
    }

    @Test
    void allocate_existing_is200AndAnotherPoolIs201() {
        nexus.pool("walled", "10.0.0.0/24");
        nexus.pool("isp", "10.1.0.0/24");
        nexus.pool("v6", "2001:db8::/32", "\"prefix\":56");
        Answer first = nexus.allocate(MAC, "walled");
        Answer again = nexus.allocate(MAC, "walled");
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.text("ip")).isEqualTo(first.text("ip"));
        nexus.cluster.passSeconds(1);
        assertThat(nexus.allocate(MAC, "isp").status()).isEqualTo(201);
        nexus.cluster.passSeconds(1);
        Answer six = nexus.allocate(MAC, "v6");
        assertThat(six.status()).isEqualTo(201);
        assertThat(six.text("ip")).as("a bare address").doesNotContain("/");
        assertThat(six.json().path("prefix").asInt()).isEqualTo(56);

        assertThat(nexus.get("/api/v1/allocations/" + MAC).text("pool_id"))
                .as("IPv4 before IPv6, newest first")
                .isEqualTo("isp");
        assertThat(nexus.get("/api/v1/allocations/" + MAC + "?pool_id=v6").text("pool_id"))
                .isEqualTo("v6");
        Answer all = nexus.get("/api/v1/allocations/" + MAC + "?all=true");
        assertThat(all.json().path("count").asInt()).isEqualTo(3);
        assertThat(all.json().path("allocations").get(0).path("pool_id").asText())
                .isEqualTo("isp");
    }

    @Test
    void release_is204AndThenNothingIsFound() {
        nexus.pool("p", "10.0.0.0/24");
        Answer given = nexus.allocate(MAC, "p");
        Answer released = nexus.delete("/api/v1/allocations/" + MAC);
        assertThat(released.status()).isEqualTo(204);
        assertThat(released.body()).isEmpty();
        assertThat(nexus.get("/api/v1/allocations/" + MAC).status()).isEqualTo(404);
        assertThat(nexus.get("/api/v1/allocations/by-ip/" + given.text("ip")).status())
                .isEqualTo(404);
        assertThat(nexus.delete("/api/v1/allocations/" + MAC).status()).isEqualTo(404);
    }

    @Test
    void release_ofOnePool_leavesTheOther() {
        nexus.pool("p", "10.0.0.0/24");
        nexus.pool("q", "10.1.0.0/24");
        nexus.allocate(MAC, "p");
        nexus.allocate(MAC, "q");
        assertThat(nexus.delete("/api/v1/allocations/" + MAC + "?pool_id=p").status())
                .isEqualTo(204);
        assertThat(nexus.get("/api/v1/allocations/" + MAC).text("pool_id")).isEqualTo("q");
    }

    @Test
    void subscriberWithSlash_isEncodedInThePath() {
        nexus.pool("p", "10.0.0.0/24");
        assertThat(nexus.allocate("olt-1/0/3:41", "p", "\"ttl\":60").status()).isEqualTo(201);
        assertThat(nexus.rawGet("/api/v1/allocations/olt-1%2F0%2f3:41")).startsWith("HTTP/1.1 200 ");
        Answer renewed = nexus.post("/api/v1/allocations/olt-1%2F0%2F3:41/renew", "{\"ttl\":120}");
        assertThat(renewed.status()).isEqualTo(200);
        assertThat(renewed.json().path("ttl").asInt()).isEqualTo(120);
        assertThat(nexus.delete("/api/v1/allocations/olt-1%2F0%2F3:41").status())
                .isEqualTo(204);
    }

    @Test
    void renew_withoutBody_takesThePoolsDefault() {
        nexus.pool("p", "10.0.0.0/24", "\"ttl\":600");
        Answer given = nexus.allocate(MAC, "p");
        assertThat(given.text("alloc_type")).isEqualTo("session");
        nexus.cluster.passSeconds(100);
        Answer renewed = nexus.post("/api/v1/allocations/" + MAC + "/renew", "");
        assertThat(renewed.status()).isEqualTo(200);
        assertThat(Instant.parse(renewed.text("expires_at")))
                .isEqualTo(Instant.parse(given.text("expires_at")).plusSeconds(100));
        assertThat(nexus.post("/api/v1/allocations/nobody/renew", "").status()).isEqualTo(404);
    }

    @Test
    void byAddress_findsTheContainingPrefix() {
        nexus.pool("v6", "2001:db8::/32", "\"prefix\":56");
        String ip = nexus.allocate(MAC, "v6").text("ip");
        Answer found = nexus.get("/api/v1/allocations/by-ip/" + ip + "abcd");
        assertThat(found.text("subscriber_id")).isEqualTo(MAC);
        assertThat(nexus.get("/api/v1/allocations/by-ip/" + ip + "%2F56").status())
                .isEqualTo(200);
        assertThat(nexus.get("/api/v1/allocations/by-ip/300.1.1.1").status()).isEqualTo(400);
    }

    @Test
    void pool_inUse_isNotDeleted() {
        nexus.pool("p", "10.0.0.0/24");
        nexus.allocate(MAC, "p");
        Answer refused = nexus.delete("/api/v1/pools/p", "Accept", "application/json");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.text("reason")).isEqualTo("POOL_IN_USE");
        nexus.delete("/api/v1/allocations/" + MAC);
        assertThat(nexus.delete("/api/v1/pools/p").status()).isEqualTo(204);
        assertThat(nexus.get("/api/v1/pools/p").status()).isEqualTo(404);
    }

    @Test
    void nodes_areListed() {
        Answer nodes = nexus.get("/api/v1/nodes");
        assertThat(nodes.json().path("count").asInt()).isEqualTo(1);
        assertThat(nodes.json().path("nodes").get(0).path("node_id").asText()).isEqualTo(LocalCluster.NODE);
    }

    @Test
    void errors_spellTheFieldsOfThisDialect() {
        nexus.pool("p", "10.0.0.0/24");
        assertThat(nexus.allocate(MAC, "p", "\"ttl\":-1").text("field")).isEqualTo("ttl");
        Answer pool = nexus.post("/api/v1/pools", "{\"id\":\"q\",\"cidr\":\"2001:db8::/32\"}");
        assertThat(pool.status()).isEqualTo(400);
        assertThat(pool.text("field")).isEqualTo("prefix");
        assertThat(pool.text("error")).startsWith("prefix: ");
    }

    @Test
    void keptConnection_survivesErrorsWithoutBody() {
        String twice = "GET /api/v1/allocations/nobody HTTP/1.1\r\nHost: nexus\r\n\r\n"
                + "GET /health HTTP/1.1\r\nHost: nexus\r\nConnection: close\r\n\r\n";
        assertThat(nexus.raw(twice)).containsSubsequence("HTTP/1.1 404", "Content-Length: 0", "HTTP/1.1 200", "ok");
    }
}
