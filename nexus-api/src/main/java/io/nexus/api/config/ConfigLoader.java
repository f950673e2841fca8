package io.nexus.api.config;

import io.nexus.api.cluster.PeerAddresses;
import io.nexus.statemachine.model.Parsed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the configuration: defaults, then the file, then the environment. Strict, and tells everything that is wrong at
 * once. Prints nothing and ends nothing.
 */
public final class ConfigLoader {
    /** Names the configuration file where the command line does not. */
    public static final String CONFIG_ENV = "NEXUS_CONFIG";

    private static final String ENV_PREFIX = "NEXUS_";

    private final Map<ConfigKey, Object> values = new EnumMap<>(ConfigKey.class);
    private final Map<ConfigKey, Setting> settings = new EnumMap<>(ConfigKey.class);
    private final List<String> errors = new ArrayList<>();

    private ConfigLoader() {}

    /**
     * What was read.
     *
     * @param config null exactly if there are errors
     * @param errors one line each: {@code file:line:column key: message}, or the variable in place of the position
     * @param warnings variables that look like a key's but are not
     * @param settings every key with its value in effect, in the order of {@link ConfigKey}
     */
    public record Loaded(
            @Nullable NodeConfig config, List<String> errors, List<String> warnings, List<Setting> settings) {}

    /**
     * One key in effect.
     *
     * @param source default, the file's name, or the variable's
     */
    public record Setting(String key, String value, String source) {}

    /**
     * Reads all three; blocks on the file.
     *
     * @param file null: the one that {@value #CONFIG_ENV} names, if any
     * @param environment as of {@link System#getenv()}
     * @param machineName under which others reach this machine, where the configuration says nothing
     */
    public static Loaded load(@Nullable Path file, Map<String, String> environment, String machineName) {
        ConfigLoader loader = new ConfigLoader();
        loader.defaults();
        String named = environment.getOrDefault(CONFIG_ENV, "");
        Path source = file != null || named.isEmpty() ? file : Path.of(named);
        if (source != null) {
            loader.file(source);
        }
        loader.environment(environment);
        loader.together();
        loader.peers(machineName);
        return new Loaded(
                loader.errors.isEmpty() ? loader.config() : null,
                List.copyOf(loader.errors),
                warnings(environment),
                List.copyOf(loader.settings.values()));
    }

    private void defaults() {
        for (ConfigKey key : ConfigKey.values()) {
            Parsed<Object> reading = key.kind().parse(key.defaultText());
            if (reading.value() == null) {
                throw new IllegalStateException("default of " + key.path() + ": " + reading.problem());
            }
            set(key, reading.value(), "default");
        }
    }

    private void file(Path file) {
        try {
            new ConfigFile(file.toString(), Files.readString(file), errors)
                    .read()
                    .forEach((key, value) -> set(key, value, file.toString()));
        } catch (IOException e) {
            errors.add(file + ": cannot be read: " + e);
        }
    }

    private void environment(Map<String, String> environment) {
        for (ConfigKey key : ConfigKey.values()) {
            String text = environment.get(key.env());
            if (text == null || text.isBlank()) {
                continue;
            }
            Parsed<Object> reading = key.kind().parse(text);
            if (reading.value() == null) {
                errors.add(key.env() + " (" + key.path() + "): " + reading.problem());
            } else {
                set(key, reading.value(), key.env());
            }
        }
    }

    private void set(ConfigKey key, Object value, String source) {
        values.put(key, value);
        settings.put(key, new Setting(key.path(), shown(value), source));
    }

    /** What is only wrong with two values together. */
    private void together() {
        Duration timeout = get(ConfigKey.REQUEST_TIMEOUT);
        Duration timeoutMax = get(ConfigKey.REQUEST_TIMEOUT_MAX);
        if (timeout.compareTo(timeoutMax) > 0) {
            errors.add(ConfigKey.REQUEST_TIMEOUT.path() + ": " + shown(timeout) + " is longer than "
                    + ConfigKey.REQUEST_TIMEOUT_MAX.path() + ", " + shown(timeoutMax));
        }
        Stream<ConfigKey> addresses =
                Stream.of(ConfigKey.GRPC_ADDR, ConfigKey.HTTP_ADDR, ConfigKey.PEER_ADDR, ConfigKey.RAFT_ADDR);
        List<ConfigKey> before = new ArrayList<>();
        addresses.forEach(key -> {
            for (ConfigKey other : before) {
                if (clash(get(key), get(other))) {
                    errors.add(key.path() + ": " + get(key) + " is the address of " + other.path() + " too");
                }
            }
            before.add(key);
        });
    }

    /** What a name or an address may look like among nodes is stricter than what one can listen on. */
    private void peers(String machineName) {
        NodeConfig config = config();
        try {
            PeerAddresses.normal(config.advertised(config.cluster().peerAddr(), machineName));
        } catch (IllegalArgumentException e) {
            errors.add(
                    ConfigKey.ADVERTISE_HOST.path() + ": the other nodes could not reach this one: " + e.getMessage());
            return;
        }
        try {
            config.peerAddresses(machineName);
        } catch (IllegalArgumentException e) {
            errors.add(ConfigKey.PEERS.path() + ": " + e.getMessage());
        }
    }

    private static boolean clash(HostPort a, HostPort b) {
        return a.port() != 0
                && a.port() == b.port()
                && (a.isWildcard() || b.isWildcard() || a.host().equals(b.host()));
    }

    private NodeConfig config() {
        int replication = get(ConfigKey.REPLICATION);
        return new NodeConfig(
                new NodeConfig.Cluster(
                        get(ConfigKey.PEER_ID),
                        get(ConfigKey.PEERS),
                        get(ConfigKey.PEER_ADDR),
                        get(ConfigKey.RAFT_ADDR),
                        get(ConfigKey.ADVERTISE_HOST),
                        get(ConfigKey.SEGMENTS)),
                new NodeConfig.Clset(
                        get(ConfigKey.NAMESPACE),
                        get(ConfigKey.SYNC_INTERVAL),
                        get(ConfigKey.MAX_CLOCK_OFFSET),
                        get(ConfigKey.PEER_TTL),
                        get(ConfigKey.FAN_OUT),
                        get(ConfigKey.SCRUB_INTERVAL)),
                new NodeConfig.Hashring(
                        get(ConfigKey.VIRTUAL_NODES),
                        replication == 0 ? NodeConfig.Hashring.DEFAULT_REPLICATION : replication),
                new NodeConfig.Api(get(ConfigKey.GRPC_ADDR), get(ConfigKey.HTTP_ADDR)),
                new NodeConfig.Node(get(ConfigKey.DATA_DIR), get(ConfigKey.STORE_MEMORY)),
                new NodeConfig.Limits(
                        get(ConfigKey.QUEUE_COMMANDS),
                        get(ConfigKey.REQUEST_TIMEOUT),
                        get(ConfigKey.REQUEST_TIMEOUT_MAX),
                        get(ConfigKey.GRPC_CALLS),
                        get(ConfigKey.HTTP_THREADS),
                        get(ConfigKey.HTTP_CONNECTIONS),
                        get(ConfigKey.CLOCK_OFFSET_WARN),
                        get(ConfigKey.CLOCK_OFFSET_MAX),
                        get(ConfigKey.WATCHERS),
                        get(ConfigKey.WATCH_WINDOW)),
                new NodeConfig.Snapshots(get(ConfigKey.SNAPSHOT_LOG_BYTES), get(ConfigKey.SNAPSHOT_INTERVAL)));
    }

    /** The key's kind decides the type; {@code NodeConfigTest} maps every key. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private <T> T get(ConfigKey key) {
        return (T) java.util.Objects.requireNonNull(values.get(key));
    }

    /** Orchestrators set NEXUS_ variables of their own, so an unknown one is no error; a misspelt one is worth a word. */
    private static List<String> warnings(Map<String, String> environment) {
        List<String> known = Stream.of(ConfigKey.values())
                .map(key -> key.env().substring(ENV_PREFIX.length()))
                .toList();
        List<String> warnings = new ArrayList<>();
        environment.keySet().stream().sorted().forEach(name -> {
            String rest = name.startsWith(ENV_PREFIX) ? name.substring(ENV_PREFIX.length()) : "";
            if (!rest.isEmpty() && !name.equals(CONFIG_ENV) && !known.contains(rest)) {
                String near = Nearest.of(rest, known);
                if (near != null) {
                    warnings.add(name + " is not a variable of Nexus: did you mean " + ENV_PREFIX + near + "?");
                }
            }
        });
        return warnings;
    }

    private static String shown(Object value) {
        if (value instanceof List<?> list) {
            return String.join(",", list.stream().map(Object::toString).toList());
        }
        if (value instanceof Duration duration) {
            long millis = duration.toMillis();
            return millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
        }
        return value.toString();
    }
}
