package io.nexus.api.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.config.ConfigLoader.Loaded;
import io.nexus.api.config.ConfigLoader.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfigLoaderTest {
    @TempDir
    Path dir;

    @Test
    void nothing_isTheDefaults() {
        NodeConfig config = good(read(null, Map.of()));
        assertThat(config)
                .isEqualTo(new NodeConfig(
                        new NodeConfig.Cluster("", List.of(), new HostPort("", 9002), new HostPort("", 9003), "", 12),
                        new NodeConfig.Clset(
                                "nexus",
                                Duration.ofSeconds(5),
                                Duration.ofMillis(500),
                                Duration.ofSeconds(30),
                                6,
                                Duration.ofHours(24)),
                        new NodeConfig.Hashring(150, 3),
                        new NodeConfig.Api(new HostPort("", 9000), new HostPort("", 9001)),
                        new NodeConfig.Node(Path.of("./nexus-data"), 128L << 20),
                        new NodeConfig.Limits(
                                8192,
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(60),
                                1000,
                                32,
                                4096,
                                Duration.ofMillis(500),
                                Duration.ofSeconds(2),
                                1000,
                                32L << 20),
                        new NodeConfig.Snapshots(32L << 20, Duration.ofMinutes(10))));
    }

    @Test
    void everyKey_isMappedFromTheFile() throws IOException {
        NodeConfig config = good(load("""
                cluster:
                  peer_id: nexus-0
                  peers: [nexus-1.nexus:9002, "[2001:db8::1]:9002", nexus-1.nexus:9002]
                  peer_addr: 10.0.0.1:19002
                  raft_addr: :19003
                  advertise_host: nexus-0.nexus
                  segments: 4
                clset: {namespace: isp-a, sync_interval: 500ms, max_clock_offset: 250ms, peer_ttl: 2m, fan_out: 3}
                hashring:
                  virtual_nodes: 64
                  replication: 5
                api:
                  grpc_addr: 127.0.0.1:19000
                  http_addr: "[::1]:19001"
                node:
                  data_dir: /var/lib/nexus
                limits:
                  queue_commands: 100
                  request_timeout: 2s
                  request_timeout_max: 10s
                  grpc_calls: 7
                  http_threads: 8
                  http_connections: 99
                  clock_offset_warn: 100ms
                  clock_offset_max: 3s
                  watchers: 12
                  watch_window: 2MiB
                snapshots:
                  snapshot_log_bytes: 2MiB
                  snapshot_interval: 1h
                store:
                  store_memory: 1GiB
                """));
        assertThat(config)
                .isEqualTo(new NodeConfig(
                        new NodeConfig.Cluster(
                                "nexus-0",
                                List.of(new HostPort("nexus-1.nexus", 9002), new HostPort("2001:db8::1", 9002)),
                                new HostPort("10.0.0.1", 19002),
                                new HostPort("", 19003),
                                "nexus-0.nexus",
                                4),
                        new NodeConfig.Clset(
                                "isp-a",
                                Duration.ofMillis(500),
                                Duration.ofMillis(250),
                                Duration.ofMinutes(2),
                                3,
                                Duration.ofHours(24)),
                        new NodeConfig.Hashring(64, 5),
                        new NodeConfig.Api(new HostPort("127.0.0.1", 19000), new HostPort("::1", 19001)),
                        new NodeConfig.Node(Path.of("/var/lib/nexus"), 1L << 30),
                        new NodeConfig.Limits(
                                100,
                                Duration.ofSeconds(2),
                                Duration.ofSeconds(10),
                                7,
                                8,
                                99,
                                Duration.ofMillis(100),
                                Duration.ofSeconds(3),
                                12,
                                2L << 20),
                        new NodeConfig.Snapshots(2L << 20, Duration.ofHours(1))));
    }

    @Test
    void theSeedsExample_isRead() throws IOException {
        NodeConfig config = good(load("""
                cluster:
                  peer_id: nexus-0
                  peers:
                    - nexus-1.nexus:9002
                    - nexus-2.nexus:9002

                clset:
                  namespace: nexus
                  sync_interval: 5s
                  peer_ttl: 30s

                hashring:
                  virtual_nodes: 150  # Per physical node
                  replication: 0      # Single owner (CRDT handles redundancy)

                api:
                  grpc_addr: :9000
                  http_addr: :9001
                """));
        assertThat(config.hashring().replication()).isEqualTo(3);
        assertThat(config.cluster().peers()).hasSize(2);
    }

    @Test
    void environment_overridesTheFile() throws IOException {
        Path file = write("cluster: {peer_id: from-file, segments: 4}");
        Loaded loaded = read(
                null,
                Map.of(
                        "NEXUS_CONFIG", file.toString(),
                        "NEXUS_PEER_ID", "nexus-0",
                        "NEXUS_PEERS", "nexus-0.nexus:9002, nexus-1.nexus:9002,nexus-2.nexus:9002",
                        "NEXUS_DATA_DIR", "/data",
                        "NEXUS_GRPC_ADDR", "127.0.0.1:0",
                        "NEXUS_ADVERTISE_HOST", ""));
        NodeConfig config = good(loaded);
        assertThat(config.cluster().peerId()).isEqualTo("nexus-0");
        assertThat(config.cluster().segments()).isEqualTo(4);
        assertThat(config.cluster().peers()).hasSize(3);
        assertThat(config.api().grpcAddr()).isEqualTo(new HostPort("127.0.0.1", 0));
        assertThat(config.node().dataDir()).isEqualTo(Path.of("/data"));
        assertThat(loaded.settings())
                .contains(
                        new Setting("cluster.peer_id", "nexus-0", "NEXUS_PEER_ID"),
                        new Setting("cluster.segments", "4", file.toString()),
                        new Setting("api.http_addr", ":9001", "default"));
        assertThat(loaded.settings())
                .extracting(Setting::key)
                .containsExactly(
                        Arrays.stream(ConfigKey.values()).map(ConfigKey::path).toArray(String[]::new));
    }

    @Test
    void environmentNames_areDistinctAndReadable() {
        assertThat(Arrays.stream(ConfigKey.values()).map(ConfigKey::env))
                .doesNotHaveDuplicates()
                .doesNotContain(ConfigLoader.CONFIG_ENV)
                .contains(
                        "NEXUS_PEER_ID",
                        "NEXUS_PEERS",
                        "NEXUS_DATA_DIR",
                        "NEXUS_GRPC_ADDR",
                        "NEXUS_HTTP_ADDR",
                        "NEXUS_PEER_ADDR",
                        "NEXUS_RAFT_ADDR",
                        "NEXUS_ADVERTISE_HOST");
    }

    @Test
    void everyErrorOfTheFile_isToldAtOnceWithItsPlace() throws IOException {
        Path file = write("""
                cluster:
                  peer_id: "two words"
                  peers: nexus-1:9002
                  segmets: 12
                  segments: "12"
                clset:
                  sync_interval: 5
                  sync_interval: 6s
                hashring:
                  virtual_nodes: many
                  replication: 9
                api:
                  grpc_addr: 9000
                  http_addr: [":9001"]
                node: 7
                clsett: {}
                limits:
                  request_timeout: 2m
                """);
        Loaded loaded = read(file, Map.of("NEXUS_PEER_TTL", "30", "NEXUS_SEGMENTS", "0"));
        assertThat(loaded.config()).isNull();
        assertThat(loaded.errors().stream().map(e -> e.replace(file.toString(), "f")))
                .containsExactly(
                        "f:2:12 cluster.peer_id: expected letters, digits and . _ : -, at most 128, got \"two words\"",
                        "f:3:10 cluster.peers: expected a list, got \"nexus-1:9002\"",
                        "f:4:3 cluster.segmets: unknown key: did you mean segments?",
                        "f:5:13 cluster.segments: expected a whole number from 1 to 64, got the text \"12\"",
                        "f:8:3 clset.sync_interval: is there twice: remove one of them",
                        "f:7:18 clset.sync_interval: expected a duration like 5s (units ms, s, m, h), got \"5\"",
                        "f:10:18 hashring.virtual_nodes: expected a whole number from 1 to 1000, got \"many\"",
                        "f:11:16 hashring.replication: expected a whole number from 0 to 7, got \"9\"",
                        "f:13:14 api.grpc_addr: expected an address like :9000 or 10.0.0.1:9000, got \"9000\"",
                        "f:14:14 api.http_addr: expected a host:port or :port, got a list",
                        "f:15:7 node: expected a section with keys below it, got \"7\"",
                        "f:16:1 clsett: unknown section: did you mean clset?",
                        "NEXUS_SEGMENTS (cluster.segments): expected a whole number from 1 to 64, got \"0\"",
                        "NEXUS_PEER_TTL (clset.peer_ttl): expected a duration like 5s (units ms, s, m, h), got \"30\"",
                        "limits.request_timeout: 120s is longer than limits.request_timeout_max, 60s");
    }

    @Test
    void brokenYaml_isToldWithItsPlace() throws IOException {
        Path file = write("cluster:\n  peer_id: [a\nclset: {}\n");
        assertThat(read(file, Map.of()).errors())
                .singleElement()
                .asString()
                .startsWith(file + ":3:")
                .contains("not valid YAML");
    }

    @Test
    void fileThatIsNoMapping_isRefused() throws IOException {
        assertThat(load("- a\n- b\n").errors()).singleElement().asString().contains("sections");
        assertThat(load("cluster: {? [a, b] : c}\n").errors())
                .singleElement()
                .asString()
                .contains("expected a name as key");
        assertThat(load("").errors()).isEmpty();
        assertThat(load("cluster:\nclset:\n  namespace:\n").errors()).isEmpty();
    }

    @Test
    void missingFile_isAnError() {
        assertThat(read(dir.resolve("none.yaml"), Map.of()).errors())
                .singleElement()
                .asString()
                .contains("none.yaml")
                .contains("cannot be read");
    }

    @Test
    void misspeltVariable_isAWarning() {
        Loaded loaded = read(
                null,
                Map.of("NEXUS_PEER", "x:1", "NEXUS_SERVICE_HOST", "10.0.0.1", "NEXUS_PORT", "tcp://10.0.0.1:9000"));
        assertThat(loaded.errors()).isEmpty();
        assertThat(loaded.warnings())
                .containsExactly("NEXUS_PEER is not a variable of Nexus: did you mean NEXUS_PEERS?");
    }

    @Test
    void twoServersOnOneAddress_areRefused() {
        assertThat(read(null, Map.of("NEXUS_HTTP_ADDR", "127.0.0.1:9000")).errors())
                .containsExactly("api.http_addr: 127.0.0.1:9000 is the address of api.grpc_addr too");
        assertThat(read(null, Map.of("NEXUS_HTTP_ADDR", ":0", "NEXUS_GRPC_ADDR", ":0"))
                        .errors())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            NEXUS_PEERS          | nexus-1.        | cluster.peers: peer "nexus-1.:9002" is not an address
            NEXUS_PEERS          | nexus_          | cluster.peers: peer "nexus_:9002" is not an address
            NEXUS_PEERS          | [:::1]:9002     | cluster.peers: peer "[:::1]:9002" is not an address
            NEXUS_PEERS          | a,A             | cluster.peers: peer a:9002 is listed twice
            NEXUS_PEERS          | a,b,c,d,e,f,g,h,i | cluster.peers: there are 10 nodes with this one
            NEXUS_PEER_ADDR      | :0              | NEXUS_PEER_ADDR (cluster.peer_addr): expected an address like :9002
            NEXUS_RAFT_ADDR      | 127.0.0.1:0     | NEXUS_RAFT_ADDR (cluster.raft_addr): expected an address like :9002
            NEXUS_PEER_ADDR      | n-:9002         | cluster.advertise_host: the other nodes could not reach this one
            NEXUS_ADVERTISE_HOST | n.example.net.  | cluster.advertise_host: the other nodes could not reach this one
            """)
    void addressAmongNodes_thatNoneCouldUse_isRefused(String variable, String value, String error) {
        assertThat(read(null, Map.of(variable, value)).errors())
                .singleElement()
                .asString()
                .startsWith(error);
    }

    @Test
    void nineNodes_withThisOneByTheMachinesName_areTaken() {
        assertThat(good(read(null, Map.of("NEXUS_PEERS", "a,b,c,d,e,f,g,h,box")))
                        .cluster()
                        .peers())
                .hasSize(9);
    }

    @Test
    void advertisedHost_isFoundFromWhatIsThere() {
        assertThat(good(read(null, Map.of())).advertisedHost("box")).isEqualTo("127.0.0.1");
        Map<String, String> peers = Map.of("NEXUS_PEERS", "nexus-0.nexus:9002,nexus-1.nexus:9002");
        assertThat(good(read(null, peers)).advertisedHost("box")).isEqualTo("box");
        NodeConfig named =
                good(read(null, Map.of("NEXUS_PEERS", peers.get("NEXUS_PEERS"), "NEXUS_PEER_ID", "nexus-1")));
        assertThat(named.advertisedHost("box")).isEqualTo("nexus-1.nexus");
        assertThat(named.nodeName("box")).isEqualTo("nexus-1");
        NodeConfig bound = good(read(null, Map.of("NEXUS_PEER_ADDR", "10.0.0.7:9012")));
        assertThat(bound.advertisedHost("box")).isEqualTo("10.0.0.7");
        assertThat(bound.nodeName("box")).isEqualTo("10.0.0.7:9012");
    }

    private Loaded load(String yaml) throws IOException {
        return read(write(yaml), Map.of());
    }

    private Path write(String yaml) throws IOException {
        return Files.writeString(Files.createTempFile(dir, "nexus", ".yaml"), yaml);
    }

    private static NodeConfig good(Loaded loaded) {
        assertThat(loaded.errors()).isEmpty();
        assertThat(loaded.config()).isNotNull();
        return loaded.config();
    }

    private static Loaded read(@Nullable Path file, Map<String, String> environment) {
        return ConfigLoader.load(file, environment, "box");
    }
}
