package io.nexus.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nexus.api.http.HttpFixture.Answer;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pools that are changed while they are in use, over HTTP. */
final class PoolUpdateHttpTest {
    private final HttpFixture nexus = new HttpFixture();

    @BeforeEach
    void pool() {
        nexus.pool("p", "10.0.0.8/29", "\"dns\":[\"10.0.0.9\"]", "\"hold_seconds\":0");
    }

    @AfterEach
    void close() {
        nexus.close();
    }

    private Answer patch(String... fields) {
        return nexus.send("PATCH", "/api/v1/pools/p", "{" + String.join(",", fields) + "}");
    }

    @Test
    void patch_changesWhatIsGiven_andNothingElse() {
        JsonNode changed = patch("\"ttl\":600", "\"policy\":\"lowest\"", "\"metadata\":{\"site\":\"north\"}")
                .json();
        assertThat(changed.path("ttl").asLong()).isEqualTo(600);
        assertThat(changed.path("policy").asText()).isEqualTo("lowest");
        assertThat(changed.path("dns").path(0).asText()).isEqualTo("10.0.0.9");
        assertThat(changed.path("hold_seconds").asLong()).isZero();
        assertThat(nexus.get("/api/v1/pools/p").json()).isEqualTo(changed);
        assertThat(nexus.allocate("a", "p").json().path("ttl").asLong()).isEqualTo(600);
        assertThat(patch("\"ttl\":600").json())
                .isEqualTo(nexus.get("/api/v1/pools/p").json());
    }

    @Test
    void patch_growsThePool_andKeepsEveryAddress() {
        String kept = nexus.allocate("a", "p").text("ip");
        assertThat(patch("\"cidr\":\"10.0.0.0/28\"").status()).isEqualTo(200);
        assertThat(nexus.allocate("a", "p").text("ip")).isEqualTo(kept);
        assertThat(nexus.get("/api/v1/allocations/by-ip/" + kept).text("subscriber_id"))
                .isEqualTo("a");
        Set<String> given = new HashSet<>(Set.of(kept));
        for (int i = 0; i < 12; i++) {
            given.add(nexus.allocate("s" + i, "p").text("ip"));
        }
        assertThat(given).hasSize(13);
        assertThat(nexus.allocate("late", "p").text("reason")).isEqualTo("POOL_EXHAUSTED");
        assertThat(nexus.post(
                                "/api/v1/pools",
                                "{\"id\":\"p\",\"cidr\":\"10.0.0.0/28\",\"dns\":[\"10.0.0.9\"],"
                                        + "\"hold_seconds\":0}")
                        .status())
                .as("the same body as the pool has now")
                .isEqualTo(200);
    }

    @Test
    void patch_thatCannotBe_isRefusedByField() {
        nexus.pool("q", "10.0.0.0/29");
        assertRefused(patch("\"cidr\":\"10.0.0.8/30\""), 400, "cidr");
        assertRefused(patch("\"cidr\":\"10.0.0.0/28\""), 409, "cidr"); // would overlap q
        assertRefused(patch("\"prefix\":30"), 400, "prefix");
        assertRefused(patch("\"space\":\"other\""), 400, "space");
        assertRefused(patch("\"segment\":3"), 400, "segment");
        assertRefused(patch("\"gateway\":\"10.9.9.9\""), 400, "gateway");
        assertThat(nexus.send("PATCH", "/api/v1/pools/none", "{\"ttl\":1}").status())
                .isEqualTo(404);
    }

    private static void assertRefused(Answer answer, int status, String field) {
        assertThat(answer.status()).as(field).isEqualTo(status);
    }

    @Test
    void draining_refusesNewcomers_untilThePoolCanBeDeleted() {
        nexus.allocate("a", "p");
        assertThat(patch("\"draining\":true").text("state")).isEqualTo("DRAINING");
        assertThat(nexus.allocate("b", "p").text("reason")).isEqualTo("POOL_DRAINING");
        assertThat(nexus.allocate("a", "p").status()).isEqualTo(200);
        assertThat(nexus.delete("/api/v1/pools/p").status()).isEqualTo(409);
        nexus.delete("/api/v1/allocations/a");
        assertThat(nexus.delete("/api/v1/pools/p").status()).isEqualTo(204);
    }

    @Test
    void exclusion_ofWhatIsInUse_holdsOnceItIsReleased() {
        String ip = nexus.allocate("a", "p").text("ip");
        assertThat(patch("\"exclusions\":[\"" + ip + "\"]").status()).isEqualTo(200);
        assertThat(nexus.allocate("a", "p").text("ip")).isEqualTo(ip);
        nexus.delete("/api/v1/allocations/a");
        assertThat(nexus.allocate("a", "p").text("ip")).isNotEqualTo(ip);
        assertThat(nexus.allocate("b", "p", "\"ip\":\"" + ip + "\"").text("reason"))
                .isEqualTo("NOT_ALLOCATABLE");
    }
}
