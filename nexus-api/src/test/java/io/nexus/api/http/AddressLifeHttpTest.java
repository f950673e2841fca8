package io.nexus.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nexus.api.http.HttpFixture.Answer;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Offers, holds, declines, limits and history, over HTTP in both dialects. */
final class AddressLifeHttpTest {
    private static final String STRICT = "\"hold_policy\":\"strict\"";

    private final HttpFixture nexus = new HttpFixture();

    @AfterEach
    void close() {
        nexus.close();
    }

    private Answer post(String path, String subscriber, String... more) {
        String fields = more.length == 0 ? "" : "," + String.join(",", more);
        return nexus.post(path, "{\"subscriber_id\":\"" + subscriber + "\",\"pool_id\":\"p\"" + fields + "}");
    }

    private Answer explicit(String subscriber, String ip) {
        return nexus.allocate(subscriber, "p", "\"ip\":\"" + ip + "\"");
    }

    /* --------------- pools --------------- */

    @Test
    void pool_showsItsTerms_withDefaultsWhereNoneWereGiven() {
        nexus.pool("p", "10.0.0.0/29", STRICT, "\"hold_seconds\":60", "\"policy\":\"lru\"", "\"subscriber_limit\":2");
        JsonNode pool = nexus.get("/api/v1/pools/p").json();
        assertThat(pool.path("policy").asText()).isEqualTo("lru");
        assertThat(pool.path("hold_policy").asText()).isEqualTo("strict");
        assertThat(pool.path("hold_seconds").asLong()).isEqualTo(60);
        assertThat(pool.path("decline_seconds").asLong()).isEqualTo(86_400);
        assertThat(pool.path("history_seconds").asLong()).isEqualTo(15_552_000);
        assertThat(pool.path("subscriber_limit").asInt()).isEqualTo(2);
    }

    @Test
    void pool_withTermsThatCannotBe_isRefusedByField() {
        for (String term : new String[] {
            "\"policy\":\"best\"",
            "\"hold_policy\":\"hard\"",
            "\"hold_seconds\":-1",
            "\"offer_seconds\":0",
            "\"quarantine_seconds\":999999999999",
            "\"subscriber_limit\":-1",
            "\"history_seconds\":-2"
        }) {
            Answer refused = nexus.post("/api/v1/pools", "{\"id\":\"p\",\"cidr\":\"10.0.0.0/29\"," + term + "}");
            assertThat(refused.status()).as(term).isEqualTo(400);
            assertThat(term).startsWith("\"" + refused.text("field") + "\"");
        }
    }

    /* --------------- coming back --------------- */

    @Test
    void strictPool_givesTheOldAddressBack_andToNobodyElse() {
        nexus.pool("p", "10.0.0.0/30", STRICT, "\"hold_seconds\":600", "\"quarantine_seconds\":60");
        String ip = nexus.allocate("a", "p").text("ip");
        nexus.delete("/api/v1/allocations/a?pool_id=p");
        assertThat(nexus.allocate("b", "p").text("reason")).isEqualTo("POOL_EXHAUSTED");
        assertThat(explicit("b", ip).text("reason")).isEqualTo("ADDRESS_HELD");
        assertThat(nexus.get("/api/v1/allocations/a").status()).isEqualTo(404);
        assertThat(nexus.get("/api/v1/allocations/by-ip/" + ip).status()).isEqualTo(404);
        assertThat(nexus.get("/api/v1/pools/p").json().path("resting").asInt()).isEqualTo(1);
        nexus.cluster.passSeconds(600);
        assertThat(explicit("b", ip).text("reason")).isEqualTo("ADDRESS_QUARANTINED");
        assertThat(nexus.allocate("a", "p").text("ip")).isEqualTo(ip);
        nexus.delete("/api/v1/allocations/a?pool_id=p");
        nexus.cluster.passSeconds(662);
        assertThat(nexus.allocate("b", "p").text("ip")).isEqualTo(ip);
    }

    @Test
    void limit_isOnePerSubscriber_whereThePoolSaysSo() {
        nexus.pool("p", "2001:db8::/32", "\"prefix\":56", "\"subscriber_limit\":1");
        assertThat(nexus.allocate("a", "p", "\"duid\":\"0001\"").status()).isEqualTo(201);
        assertThat(nexus.allocate("a", "p", "\"duid\":\"0001\"").status()).isEqualTo(200);
        Answer second = nexus.allocate("a", "p", "\"duid\":\"0002\"");
        assertThat(second.status()).isEqualTo(409);
        assertThat(second.text("reason")).isEqualTo("SUBSCRIBER_LIMIT");
    }

    /* --------------- offers --------------- */

    @Test
    void offer_endsByItself_unlessConfirmed_inBothDialects() {
        nexus.pool("p", "10.0.0.0/29", "\"offer_seconds\":30");
        Answer offered = post("/api/v1/offers", "a");
        assertThat(offered.status()).isEqualTo(201);
        assertThat(offered.text("state")).isEqualTo("offered");
        assertThat(post("/offer", "b").json().path("allocation").path("state").asText())
                .isEqualTo("OFFERED");
        Answer confirmed = nexus.post("/api/v1/allocations/a/confirm", "{\"pool_id\":\"p\",\"ttl\":3600}");
        assertThat(confirmed.status()).isEqualTo(200);
        assertThat(confirmed.text("ip")).isEqualTo(offered.text("ip"));
        assertThat(confirmed.json().has("state")).isFalse();
        nexus.cluster.passSeconds(32);
        assertThat(post("/confirm", "b").text("reason")).isEqualTo("NO_SUCH_ALLOCATION");
        assertThat(nexus.get("/api/v1/allocations/b").status()).isEqualTo(404);
        assertThat(nexus.get("/api/v1/allocations/a").text("ip")).isEqualTo(offered.text("ip"));
    }

    @Test
    void offer_withAType_isRefused() {
        nexus.pool("p", "10.0.0.0/29");
        Answer refused = post("/api/v1/offers", "a", "\"alloc_type\":\"sticky\"");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text("field")).isEqualTo("alloc_type");
    }

    @Test
    void decline_restsTheAddress_inBothDialects() {
        nexus.pool("p", "10.0.0.0/29");
        String first = nexus.allocate("a", "p").text("ip");
        assertThat(nexus.post("/api/v1/allocations/a/decline", "{\"pool_id\":\"p\"}")
                        .status())
                .isEqualTo(204);
        assertThat(explicit("b", first).text("reason")).isEqualTo("ADDRESS_DECLINED");
        String second = nexus.allocate("a", "p").text("ip");
        assertThat(second).isNotEqualTo(first);
        assertThat(post("/decline", "a").status()).isEqualTo(200);
        assertThat(explicit("a", second).text("reason")).isEqualTo("ADDRESS_DECLINED");
    }

    /* --------------- reservations and explain --------------- */

    @Test
    void reservation_isForItsClaimantOnly_listedAndEnded() {
        nexus.pool("p", "10.0.0.0/29");
        String mac = "{\"ip\":\"10.0.0.5\",\"mac\":\"02:00:00:00:00:07\"}";
        assertThat(nexus.post("/api/v1/pools/p/reservations", mac).status()).isEqualTo(201);
        assertThat(nexus.post("/api/v1/pools/p/reservations", mac).status()).isEqualTo(200);
        assertThat(explicit("a", "10.0.0.5").text("reason")).isEqualTo("ADDRESS_RESERVED");
        assertThat(nexus.allocate("b", "p", "\"mac\":\"02:00:00:00:00:07\"").text("ip"))
                .isEqualTo("10.0.0.5");
        JsonNode listed = nexus.get("/api/v1/pools/p/reservations").json().path("reservations");
        assertThat(listed).hasSize(1);
        assertThat(listed.path(0).path("name").asText()).isEqualTo("020000000007");
        assertThat(nexus.delete("/api/v1/pools/p/reservations/10.0.0.5").status())
                .isEqualTo(204);
        nexus.delete("/api/v1/allocations/b");
        assertThat(explicit("a", "10.0.0.5").status()).isEqualTo(201);
        Answer two = nexus.post(
                "/api/v1/pools/p/reservations",
                "{\"ip\":\"10.0.0.4\",\"mac\":\"02:00:00:00:00:07\",\"subscriber_id\":\"a\"}");
        assertThat(two.status()).isEqualTo(400);
        assertThat(nexus.get("/api/v1/pools/none/reservations").status()).isEqualTo(404);
    }

    @Test
    void explain_namesStateOwnerAndReason() {
        nexus.pool("p", "10.0.0.0/29", STRICT);
        nexus.allocate("a", "p");
        nexus.delete("/api/v1/allocations/a");
        nexus.post("/api/v1/pools/p/reservations", "{\"ip\":\"10.0.0.5\",\"subscriber_id\":\"vip\"}");
        assertThat(explained("ip=10.0.0.2").path("state").asText()).isEqualTo("HELD");
        assertThat(explained("ip=10.0.0.2").path("why").asText()).contains("a had it", "nobody else gets it before");
        assertThat(explained("ip=10.0.0.5").path("state").asText()).isEqualTo("RESERVED");
        assertThat(explained("ip=10.0.0.1").path("state").asText()).isEqualTo("EXCLUDED");
        assertThat(explained("ip=10.0.0.4").path("state").asText()).isEqualTo("FREE");
        assertThat(explained("subscriber_id=a").path("ip").asText()).isEqualTo("10.0.0.2");
        post("/api/v1/offers", "a");
        assertThat(explained("subscriber_id=a").path("state").asText()).isEqualTo("OFFERED");
        assertThat(nexus.get("/api/v1/explain?ip=10.9.9.9").json().path("units"))
                .isEmpty();
        assertThat(nexus.get("/api/v1/explain").status()).isEqualTo(400);
    }

    private JsonNode explained(String query) {
        JsonNode units = nexus.get("/api/v1/explain?" + query).json().path("units");
        assertThat(units).hasSize(1);
        return units.path(0);
    }

    /* --------------- history --------------- */

    @Test
    void history_tellsWhoHadAnAddress_atATimeAndOverATime() {
        nexus.pool("p", "10.0.0.0/30");
        long start = nexus.cluster.clockMillis.get();
        String ip = nexus.allocate("a", "p", "\"gateway_id\":\"bng-1\"", "\"circuit_id\":\"eth 1/2, left\"")
                .text("ip");
        nexus.cluster.passSeconds(100);
        nexus.delete("/api/v1/allocations/a");
        nexus.cluster.passSeconds(50);
        nexus.allocate("b", "p");

        JsonNode first = only(at(ip, start + 99_999));
        assertThat(first.path("subscriber_id").asText()).isEqualTo("a");
        assertThat(first.path("gateway_id").asText()).isEqualTo("bng-1");
        assertThat(first.path("from").asText())
                .isEqualTo(Instant.ofEpochMilli(start).toString());
        assertThat(first.path("to").asText())
                .isEqualTo(Instant.ofEpochMilli(start + 100_000).toString());
        assertThat(first.path("reason").asText()).isEqualTo("released");
        assertThat(at(ip, start + 100_000).json().path("count").asInt()).isZero();
        assertThat(only(at(ip, start + 150_000)).path("subscriber_id").asText()).isEqualTo("b");
        assertThat(only(at(ip, start + 150_000)).has("to")).isFalse();
        assertThat(nexus.get("/api/v1/history/" + ip).json().path("count").asInt())
                .isEqualTo(2);
        assertThat(nexus.get("/api/v1/history/" + ip + "?to=" + Instant.ofEpochMilli(start + 150_000))
                        .json()
                        .path("count")
                        .asInt())
                .isEqualTo(1);
    }

    private Answer at(String ip, long millis) {
        return nexus.get("/api/v1/history/" + ip + "?at=" + Instant.ofEpochMilli(millis));
    }

    private static JsonNode only(Answer answer) {
        assertThat(answer.json().path("count").asInt()).as(answer.body()).isEqualTo(1);
        return answer.json().path("tenures").path(0);
    }

    @Test
    void history_asCsv_quotesWhatNeedsIt() {
        nexus.pool("p", "10.0.0.0/30");
        String ip = nexus.allocate("a", "p", "\"circuit_id\":\"eth \\\"1\\\", left\"")
                .text("ip");
        Answer csv = nexus.get("/api/v1/history/" + ip + "?format=csv");
        assertThat(csv.header("Content-Type")).startsWith("text/csv");
        assertThat(csv.body().lines().toList())
                .hasSize(2)
                .element(1)
                .asString()
                .startsWith(ip + ",32,default,p,a,")
                .contains(",\"eth \"\"1\"\", left\",");
    }

    @Test
    void history_outlivesItsPool_andNamesWhatIsWrong() {
        nexus.pool("p", "10.0.0.0/30");
        String ip = nexus.allocate("a", "p").text("ip");
        nexus.cluster.passSeconds(5);
        nexus.delete("/api/v1/allocations/a");
        assertThat(nexus.delete("/api/v1/pools/p").status()).isEqualTo(204);
        nexus.pool("p", "10.0.0.0/29");
        assertThat(nexus.get("/api/v1/history/" + ip).json().path("count").asInt())
                .isEqualTo(1);
        for (String query :
                new String[] {"at=yesterday", "format=xml", "from=2026-03-01T10:00Z&to=2026-03-01T09:00Z"}) {
            assertThat(nexus.get("/api/v1/history/" + ip + "?" + query).status())
                    .as(query)
                    .isEqualTo(400);
        }
        assertThat(nexus.get("/api/v1/history/somewhere").status()).isEqualTo(400);
    }
}
