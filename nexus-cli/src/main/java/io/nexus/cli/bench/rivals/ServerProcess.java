package io.nexus.cli.bench.rivals;

import io.nexus.cli.CommandFailure;
import io.nexus.cli.ExitCode;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A process of a rival, ended with this one at the latest. One thread. */
final class ServerProcess implements AutoCloseable {
    private static final long STOP_SECONDS = 20;
    private static final long POLL_NANOS = 50_000_000;

    private final Process process;
    private final String name;
    private final Path log;
    private final Thread atExit;

    private ServerProcess(Process process, String name, Path log) {
        this.process = process;
        this.name = name;
        this.log = log;
        this.atExit = new Thread(process::destroyForcibly, "bench-end-" + name);
    }

    /** @param dir where it runs and where its log goes */
    static ServerProcess start(String name, Path dir, Map<String, String> environment, List<String> command) {
        try {
            Path log = dir.resolve(name + ".log");
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().putAll(environment);
            builder.directory(dir.toFile());
            builder.redirectErrorStream(true);
            builder.redirectOutput(log.toFile());
            builder.redirectInput(new File("/dev/null"));
            ServerProcess server = new ServerProcess(builder.start(), name, log);
            Runtime.getRuntime().addShutdownHook(server.atExit);
            return server;
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILED, "cannot start " + name + ": " + e.getMessage());
        }
    }

    /** Runs a program to its end and returns what it printed; fails with that if it does not succeed. */
    static String run(Path dir, List<String> command) {
        try {
            Path output = Files.createTempFile("nexus-bench", ".out");
            try {
                Process program = new ProcessBuilder(command)
                        .directory(dir.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
                boolean ended = program.waitFor(2, TimeUnit.MINUTES);
                String text = Files.readString(output, StandardCharsets.UTF_8).strip();
                if (!ended || program.exitValue() != 0) {
                    program.destroyForcibly();
                    throw new CommandFailure(ExitCode.FAILED, command.get(0) + " failed: " + text);
                }
                return text;
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Looks for a program on the path and in further directories. */
    static Optional<Path> find(String program, List<Path> further) {
        List<Path> places = new ArrayList<>(further);
        Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(Path::of)
                .forEach(places::add);
        return places.stream()
                .map(dir -> dir.resolve(program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Waits until somebody listens. */
    void awaitPort(int port, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!listens(port)) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new CommandFailure(ExitCode.FAILED, name + " did not come up; see " + log);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** Of the process and those that it started. */
    double cpuSeconds() {
        return Stream.concat(Stream.of(process.toHandle()), process.toHandle().descendants())
                .mapToDouble(handle -> handle.info()
                        .totalCpuDuration()
                        .map(used -> used.toNanos() / 1e9)
                        .orElse(0.0))
                .sum();
    }

    /** SIGTERM, and SIGKILL if that is not enough. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().removeShutdownHook(atExit);
    }
}
