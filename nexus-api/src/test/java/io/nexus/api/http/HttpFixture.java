package io.nexus.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nexus.api.local.LocalCluster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** A server over a cluster in the heap, and callers of it. */
final class HttpFixture implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    final LocalCluster cluster = new LocalCluster();
    private final HttpServer server;
    private final int port;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    HttpFixture() {
        server = new HttpServer(
                new HttpServer.Settings(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8, 64, Duration.ofSeconds(5)),
                new HttpServer.Services(
                        cluster.allocations,
                        cluster.lookupService,
                        cluster.pools,
                        cluster.cluster,
                        cluster.records,
                        cluster.keyspace,
                        cluster.watches),
                cluster.meters);
        server.start();
        port = server.port();
    }

    int port() {
        return port;
    }

    /** An answer with its body as text and, where it is JSON, as a tree. */
    record Answer(int status, HttpResponse<String> response) {
        String body() {
            return response.body();
        }

        JsonNode json() {
            assertThat(header("Content-Type")).startsWith("application/json");
            try {
                return MAPPER.readTree(response.body());
            } catch (JsonProcessingException e) {
                throw new AssertionError("not JSON: " + response.body(), e);
            }
        }

        String text(String field) {
            return json().path(field).asText();
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }
    }

    Answer get(String path, String... headers) {
        return send("GET", path, null, headers);
    }

    Answer delete(String path, String... headers) {
        return send("DELETE", path, null, headers);
    }

    Answer post(String path, String body, String... headers) {
        return send("POST", path, body, headers);
    }

    Answer send(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .timeout(Duration.ofSeconds(30))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
            return new Answer(response.statusCode(), response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Sends the bytes as they are; the answer as text, up to the end of the connection. */
    String raw(String request) {
        try (Socket socket = open(request)) {
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            socket.getInputStream().transferTo(answer);
            return answer.toString(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends the bytes and leaves the connection open. */
    Socket open(String request) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
        socket.setSoTimeout(20_000);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
        return socket;
    }

    String rawGet(String path) {
        return raw("GET " + path + " HTTP/1.1\r\nHost: nexus\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n");
    }

    void pool(String id, String cidr, String... more) {
        List<String> fields = new java.util.ArrayList<>(List.of("\"id\":\"" + id + "\"", "\"cidr\":\"" + cidr + "\""));
        fields.addAll(List.of(more));
        assertThat(post("/api/v1/pools", "{" + String.join(",", fields) + "}").status())
                .isEqualTo(201);
    }

    Answer allocate(String subscriber, String pool, String... more) {
        List<String> fields = new java.util.ArrayList<>(
                List.of("\"subscriber_id\":\"" + subscriber + "\"", "\"pool_id\":\"" + pool + "\""));
        fields.addAll(List.of(more));
        return post("/api/v1/allocations", "{" + String.join(",", fields) + "}");
    }

    void stop() {
        server.close();
    }

    /** False once the server takes no more requests. */
    boolean accepts() {
        try (Socket socket = open("GET /health HTTP/1.1\r\nHost: nexus\r\nConnection: close\r\n\r\n")) {
            byte[] status = socket.getInputStream().readNBytes(12);
            return new String(status, StandardCharsets.US_ASCII).equals("HTTP/1.1 200");
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        server.close();
        cluster.close();
    }
}
