package io.nexus.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nexus.api.local.LocalCluster;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Server-sent events and the key space, as a caller without a library meets them. */
final class WatchStreamTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpFixture http = new HttpFixture();

    @AfterEach
    void stop() {
        http.close();
    }

    @Test
    void watch_tellsWhatThereIsThenChanges_andGoesOnByLastEventId() throws IOException {
        http.pool("homes", "100.64.0.0/24");
        http.pool("biz", "100.65.0.0/24");
        String ip = http.allocate("ann", "homes").text("ip");
        String token;
        try (Events events = new Events("?pool=homes")) {
            assertThat(events.head).contains("HTTP/1.1 200", "text/event-stream");
            List<String> entries = new ArrayList<>();
            Event next = events.next();
            while (next.name.equals("entry")) {
                entries.add(next.data.path("key").asText());
                next = events.next();
            }
            assertThat(entries)
                    .containsExactlyInAnyOrder("/nexus/pools/homes/config", "/nexus/allocations/by-pool/homes/" + ip);
            assertThat(next.name).isEqualTo("snapshot-end");
            token = next.id;

            http.allocate("bob", "biz");
            http.allocate("cy", "homes");
            Event put = events.next();
            assertThat(put.name).isEqualTo("put");
            assertThat(put.data.path("value").path("subscriber_id").asText()).isEqualTo("cy");
        }
        http.delete("/api/v1/allocations/ann");
        try (Events events = new Events("?pool=homes", "Last-Event-ID: " + token)) {
            assertThat(events.next().data.path("value").path("subscriber_id").asText())
                    .isEqualTo("cy");
            Event delete = events.next();
            assertThat(delete.name).isEqualTo("delete");
            assertThat(delete.data.path("previous").path("subscriber_id").asText())
                    .isEqualTo("ann");
            http.allocate("dee", "homes");
            assertThat(events.next().data.path("value").path("subscriber_id").asText())
                    .isEqualTo("dee");
        }
    }

    @Test
    void watch_quiet_sendsCommentsWithTheToken() throws IOException {
        http.pool("homes", "100.64.0.0/24");
        try (Events events = new Events("?pool=homes&snapshot=false")) {
            assertThat(events.line()).startsWith(": staleness_ms=0");
            assertThat(events.line()).startsWith("id: ");
        }
    }

    @Test
    void watch_ofAClientThatHangsUp_isForgotten() throws IOException {
        try (Events events = new Events("")) {
            assertThat(events.next().name).isEqualTo("snapshot-end");
            assertThat(watchers()).isEqualTo(1);
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(watchers()).isZero());
    }

    @Test
    void watch_manyClients_holdNoThreads() throws IOException {
        List<Events> all = new ArrayList<>();
        for (int i = 0; i < LocalCluster.WATCHERS_MAX; i++) {
            all.add(new Events("?snapshot=false"));
        }
        // The server has eight threads.
        assertThat(http.get("/health").status()).isEqualTo(200);
        HttpFixture.Answer refused = http.get("/api/v1/watch");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.text("reason")).isEqualTo("OVERLOADED");
        assertThat(refused.header("Retry-After")).isNotEmpty();
        for (Events events : all) {
            events.close();
        }
    }

    @Test
    void watch_ofAStoppingNode_ends() throws IOException {
        try (Events events = new Events("?snapshot=false")) {
            http.cluster.watches.drain();
            Event end = events.next();
            assertThat(end.name).isEqualTo("end");
            assertThat(end.data.path("reason").asText()).isEqualTo("NODE_STOPPING");
            assertThat(events.line()).isNull();
        }
    }

    @Test
    void watch_badInput_namesTheParameter() {
        HttpFixture.Answer answer = http.get("/api/v1/watch?prefix=/nexus/peers");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("field")).isEqualTo("prefix");
        assertThat(answer.text("error")).startsWith("prefix:");
        assertThat(http.get("/api/v1/watch?snapshot=perhaps").text("field")).isEqualTo("snapshot");
        assertThat(http.get("/api/v1/watch", "Last-Event-ID", "nonsense").text("field"))
                .isEqualTo("Last-Event-ID");
        assertThat(http.post("/api/v1/watch", "{}").status()).isEqualTo(405);
    }

    @Test
    void keys_areReadAndListed() {
        http.pool("homes", "100.64.0.0/24");
        String ip = http.allocate("aa:bb:cc:00:11:22", "homes").text("ip");
        HttpFixture.Answer found = http.get("/api/v1/keys?key=/nexus/allocations/by-subscriber/aa:bb:cc:00:11:22");
        assertThat(found.status()).isEqualTo(200);
        assertThat(found.json().path("value").get(0).path("ip").asText()).isEqualTo(ip);
        assertThat(found.json().path("as_of").size()).isEqualTo(LocalCluster.SEGMENTS);
        assertThat(http.get("/api/v1/keys?key=/nexus/pools/none/config").status())
                .isEqualTo(404);

        HttpFixture.Answer listed = http.get("/api/v1/keys?prefix=/nexus/allocations/by-pool/homes&page_size=10");
        assertThat(listed.json().path("entries").get(0).path("key").asText())
                .isEqualTo("/nexus/allocations/by-pool/homes/" + ip);
        assertThat(http.get("/api/v1/keys?prefix=/etc", "Accept", "application/json")
                        .text("field"))
                .isEqualTo("prefix");
    }

    private long watchers() {
        return http.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("nexus_watchers{transport=\"http\"}"))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.indexOf(' '))))
                .sum();
    }

    private record Event(String name, String id, JsonNode data) {}

    /** A stream of events, read line by line. */
    private final class Events implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader in;
        private final String head;

        Events(String query, String... headers) throws IOException {
            String more = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
            socket = http.open("GET /api/v1/watch" + query + " HTTP/1.0\r\nHost: nexus\r\n" + more + "\r\n");
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            StringBuilder lines = new StringBuilder();
            String line = in.readLine();
            while (line != null && !line.isEmpty()) {
                lines.append(line).append('\n');
                line = in.readLine();
            }
            head = lines.toString();
            assertThat(in.readLine()).startsWith("retry:");
            assertThat(in.readLine()).isEmpty();
        }

        /** The next event; comments are passed over. */
        Event next() throws IOException {
            String name = "";
            String id = "";
            String line = line();
            while (line != null) {
                if (line.startsWith("event: ")) {
                    name = line.substring(7);
                } else if (line.startsWith("id: ")) {
                    id = line.substring(4);
                } else if (line.startsWith("data: ")) {
                    JsonNode data = MAPPER.readTree(line.substring(6));
                    assertThat(line()).isEmpty();
                    return new Event(name, id, data);
                }
                line = line();
            }
            throw new AssertionError("the stream ended");
        }

        String line() throws IOException {
            return in.readLine();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
