package io.nexus.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nexus.api.http.HttpFixture.Answer;
import io.nexus.api.local.LocalCluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Subscribers, sessions and devices under /api/v1, as a provisioning system meets them. */
final class RecordHttpContractTest {
    private static final String[] JSON = {"Accept", "application/json"};

    private final HttpFixture server = new HttpFixture();

    @AfterEach
    void close() {
        server.close();
    }

    private Answer put(String path, String body, String... headers) {
        return server.send("PUT", path, body, headers);
    }

    @Test
    void subscriber_livesThroughItsCalls() {
        String path = "/api/v1/subscribers/aa:bb:cc:dd:ee:01";
        assertThat(server.get(path, JSON).text("reason")).isEqualTo("NO_SUCH_RECORD");
        Answer made = put(path, """
                {"name":"Ann","service_plan":"gold","mac":"AA-BB-CC-DD-EE-01","options":{"mtu":"1492"},"unknown":1}""");
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.text("id")).isEqualTo("aa:bb:cc:dd:ee:01");
        assertThat(made.text("mac")).isEqualTo("aa:bb:cc:dd:ee:01");
        assertThat(made.text("node_id")).isEqualTo(LocalCluster.NODE);
        assertThat(made.header("ETag")).isEqualTo('"' + made.text("version") + '"');
        JsonNode read = server.get(path).json();
        assertThat(read).isEqualTo(made.json());
        assertThat(read.path("options").path("mtu").asText()).isEqualTo("1492");
        assertThat(read.has("realm")).isFalse();
        assertThat(put(path, "{\"service_plan\":\"silver\"}").status()).isEqualTo(200);
        assertThat(server.get(path).json().has("name")).as("put replaces").isFalse();
        assertThat(server.delete(path).status()).isEqualTo(204);
        assertThat(server.get(path).status()).isEqualTo(404);
        assertThat(server.delete(path).status()).isEqualTo(404);
    }

    @Test
    void sessionAndConfiguration_areTwoRecords() {
        String path = "/api/v1/subscribers/walter";
        Answer session = put(path + "/session", """
                {"bng_id":"bng-1","state":"active","started_at":"2026-01-31T12:00:00+01:00","input_octets":12345678901}""");
        assertThat(session.status()).isEqualTo(201);
        assertThat(session.text("started_at")).isEqualTo("2026-01-31T11:00:00Z");
        assertThat(session.json().path("input_octets").asLong()).isEqualTo(12_345_678_901L);
        assertThat(server.get(path).status()).isEqualTo(404);
        assertThat(server.get("/api/v1/sessions").json().path("count").asInt()).isEqualTo(1);
    }

    @Test
    void version_makesAWriteConditional() {
        String path = "/api/v1/devices/olt%2F1";
        Answer first = put(path, "{\"serial\":\"S1\"}");
        assertThat(first.text("id")).isEqualTo("olt/1");
        Answer second = put(path, "{\"serial\":\"S2\"}", "If-Match", first.header("ETag"));
        assertThat(second.status()).isEqualTo(200);
        assertThat(second.text("version")).isGreaterThan(first.text("version"));
        Answer late = put(path, "{\"serial\":\"S3\"}", "If-Match", first.header("ETag"));
        assertThat(late.status()).isEqualTo(412);
        assertThat(late.text("reason")).isEqualTo("VERSION_MISMATCH");
        assertThat(server.send("DELETE", path, null, "If-Match", first.header("ETag"))
                        .status())
                .isEqualTo(412);
        assertThat(server.get(path).text("serial")).isEqualTo("S2");
        assertThat(put("/api/v1/devices/new", "{}", "If-Match", "*").status()).isEqualTo(412);
        assertThat(server.send("DELETE", path, null, "If-Match", second.header("ETag"))
                        .status())
                .isEqualTo(204);
    }

    @Test
    void list_isPaged_andKindsDoNotMix() {
        for (int i = 1; i <= 5; i++) {
            put("/api/v1/devices/d" + i, "{}");
            put("/api/v1/subscribers/d" + i, "{}");
        }
        JsonNode page = server.get("/api/v1/devices?limit=2&after=d2").json();
        assertThat(page.path("count").asInt()).isEqualTo(2);
        assertThat(page.path("more").asBoolean()).isTrue();
        assertThat(page.path("devices").path(0).path("id").asText()).isEqualTo("d3");
        assertThat(server.get("/api/v1/devices?prefix=d5").json().path("count").asInt())
                .isEqualTo(1);
        assertThat(server.get("/api/v1/subscribers").json().path("count").asInt())
                .isEqualTo(5);
        assertThat(server.get("/api/v1/conflicts").json().path("count").asInt()).isZero();
    }

    @Test
    void badInput_namesTheField() {
        assertField("/api/v1/devices/x", "{\"mac\":\"12\"}", "mac");
        assertField("/api/v1/devices/x", "{\"serial\":7}", "serial");
        assertField("/api/v1/devices/x", "{\"serial\":\"" + "x".repeat(257) + "\"}", "serial");
        assertField("/api/v1/subscribers/x", "{\"metadata\":{\"a\":1}}", "metadata");
        assertField("/api/v1/subscribers/x/session", "{\"started_at\":\"yesterday\"}", "started_at");
        assertField("/api/v1/subscribers/x/session", "{\"input_octets\":-1}", "input_octets");
        assertField("/api/v1/subscribers/%20", "{}", "id");
        String large = "\"" + "x".repeat(1_000) + "\"";
        String entries = java.util.stream.IntStream.range(0, 9)
                .mapToObj(i -> "\"k" + i + "\":" + large)
                .collect(java.util.stream.Collectors.joining(","));
        Answer tooLarge = put("/api/v1/devices/x", "{\"metadata\":{" + entries + "}}");
        assertThat(tooLarge.status()).isEqualTo(413);
        assertThat(server.get("/api/v1/devices?limit=1001", JSON).text("field")).isEqualTo("limit");
    }

    private void assertField(String path, String body, String field) {
        Answer answer = put(path, body);
        assertThat(answer.status()).as(path + " " + body).isEqualTo(400);
        assertThat(answer.text("field")).isEqualTo(field);
    }

    @Test
    void nodeOfNoCluster_takesNothing() {
        server.cluster.joined.set(false);
        Answer refused = put("/api/v1/devices/x", "{}");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.text("reason")).isEqualTo("NODE_STARTING");
    }
}
