package io.nexus.cli.bench.rivals;

import io.nexus.cli.CommandFailure;
import io.nexus.cli.ExitCode;
import io.nexus.cli.bench.load.Job;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * PostgreSQL with the pool as a table, as RADIUS servers use it: take a row that nobody holds or is about to take (SKIP
 * LOCKED). Prepared statements, one connection and one thread for each call in flight. One server, no replicas.
 */
final class Postgres implements Rival {
    private static final String USER = "postgres";
    private static final long START_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final String ALLOCATE =
            "UPDATE pool SET subscriber = $1 WHERE address = (SELECT address FROM pool WHERE subscriber IS NULL"
                    + " LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING address";
    private static final String LOOKUP = "SELECT address FROM pool WHERE subscriber = $1";

    private final ServerProcess server;
    private final List<PgConnection> connections = new ArrayList<>();
    private final ThreadPoolExecutor threads;
    private final String version;
    private final Holders holders;

    /** @param initdb in PostgreSQL's directory of programs */
    Postgres(Path initdb, Path dir, int port, int addresses, int inFlight) {
        this.holders = new Holders(addresses);
        this.version = ServerProcess.run(
                        dir, List.of(initdb.resolveSibling("postgres").toString(), "--version"))
                .replaceAll("postgres \\(PostgreSQL\\) ([0-9.]+).*", "PostgreSQL $1");
        this.threads = new ThreadPoolExecutor(
                inFlight, inFlight, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(inFlight), task -> {
                    Thread thread = new Thread(task, "postgres-call");
                    thread.setDaemon(true);
                    return thread;
                });
        Path data = dir.resolve("data");
        boolean root = "root".equals(System.getProperty("user.name"));
        if (root) { // PostgreSQL refuses to run as root
            ServerProcess.run(dir, List.of("chown", USER, dir.toString()));
        }
        ServerProcess.run(dir, as(root, initdb.toString(), "-A", "trust", "-U", USER, "-D", data.toString()));
        this.server = ServerProcess.start(
                "postgres",
                dir,
                Map.of("LC_ALL", "C"),
                as(
                        root,
                        initdb.resolveSibling("postgres").toString(),
                        "-D",
                        data.toString(),
                        "-p",
                        Integer.toString(port),
                        "-c",
                        "listen_addresses=127.0.0.1",
                        "-c",
                        "unix_socket_directories=",
                        "-c",
                        "max_connections=" + (inFlight + 20),
                        "-c",
                        "shared_buffers=256MB",
                        "-c",
                        "max_wal_size=4GB"));
        try {
            server.awaitPort(port, Duration.ofSeconds(30));
            connect(port, inFlight, addresses);
        } catch (IOException | RuntimeException e) {
            close();
            throw new CommandFailure(ExitCode.FAILED, "PostgreSQL: " + e);
        }
    }

    private static List<String> as(boolean root, String... command) {
        List<String> all = new ArrayList<>();
        if (root) {
            all.addAll(List.of("setpriv", "--reuid=" + USER, "--regid=" + USER, "--clear-groups"));
        }
        all.addAll(List.of(command));
        return all;
    }

    private void connect(int port, int inFlight, int addresses) throws IOException {
        connections.add(first(port));
        for (int i = 1; i < inFlight; i++) {
            connections.add(new PgConnection(port, USER));
        }
        PgConnection first = connections.get(0);
        first.execute("CREATE TABLE pool (address integer PRIMARY KEY, subscriber text UNIQUE)");
        first.execute("INSERT INTO pool SELECT n, NULL FROM generate_series(0, " + (addresses - 1) + ") n");
        first.execute("CREATE INDEX free ON pool (address) WHERE subscriber IS NULL");
        first.execute("VACUUM ANALYZE pool");
        for (PgConnection connection : connections) {
            connection.prepare("allocate", ALLOCATE);
            connection.prepare("lookup", LOOKUP);
        }
    }

    /** It listens before it is ready. */
    private static PgConnection first(int port) throws IOException {
        long deadline = System.nanoTime() + START_NANOS;
        while (true) {
            try {
                return new PgConnection(port, USER);
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
        }
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public String durability() {
        return "1 copy, fsync";
    }

    @Override
    public Job allocate() {
        return holders.allocate((subscriber, ticket) -> call("allocate", subscriber, ticket));
    }

    @Override
    public Job lookup() {
        return holders.lookup((subscriber, ticket) -> call("lookup", subscriber, ticket));
    }

    private void call(String statement, int subscriber, Job.Ticket ticket) {
        threads.execute(() -> {
            String answer;
            try {
                answer = connections.get(ticket.slot()).query(statement, Holders.name(subscriber));
            } catch (IOException e) {
                ticket.failed(0, "ERROR");
                return;
            }
            if (answer == null) {
                ticket.failed(0, "NOTHING");
            } else {
                ticket.succeeded(0);
            }
        });
    }

    @Override
    public double cpuSeconds() {
        return server.cpuSeconds();
    }

    @Override
    public void close() {
        threads.shutdown();
        connections.forEach(PgConnection::close);
        server.close();
    }

    /** Where Debian's package puts the programs, the newest version first. */
    static List<Path> places() {
        List<Path> places = new ArrayList<>();
        Path root = Path.of("/usr/lib/postgresql");
        for (int version = 30; version >= 12; version--) {
            Path bin = root.resolve(version + "/bin");
            if (Files.isDirectory(bin)) {
                places.add(bin);
            }
        }
        return places;
    }
}
