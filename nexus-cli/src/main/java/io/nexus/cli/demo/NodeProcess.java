package io.nexus.cli.demo;

import io.nexus.cli.CommandFailure;
import io.nexus.cli.ExitCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * One node as a process of its own, started by the launcher that people use. Its process id is kept in its directory,
 * so that a later command finds it again. One thread.
 */
public final class NodeProcess {
    private static final long STOP_SECONDS = 40;

    private final String name;
    private final Path dir;
    private final int basePort;
    private final Path launcher;
    private final Map<String, String> environment;

    /**
     * @param basePort of four ports in a row: gRPC, HTTP, peers, Raft
     * @param peerPorts the peer ports of all nodes of the cluster, this one included
     */
    public NodeProcess(
            String name, Path dir, int basePort, List<Integer> peerPorts, Path launcher, Map<String, String> extra) {
        this.name = name;
        this.dir = dir;
        this.basePort = basePort;
        this.launcher = launcher;
        this.environment = new TreeMap<>(extra);
        environment.put("NEXUS_PEER_ID", name);
        environment.put("NEXUS_DATA_DIR", dir.resolve("data").toString());
        environment.put("NEXUS_GRPC_ADDR", address(0));
        environment.put("NEXUS_HTTP_ADDR", address(1));
        environment.put("NEXUS_PEER_ADDR", address(2));
        environment.put("NEXUS_RAFT_ADDR", address(3));
        environment.put(
                "NEXUS_PEERS",
                String.join(
                        ",", peerPorts.stream().map(port -> "127.0.0.1:" + port).toList()));
    }

    public String name() {
        return name;
    }

    public Path dir() {
        return dir;
    }

    public Path log() {
        return dir.resolve("nexus.log");
    }

    public String grpcAddress() {
        return address(0);
    }

    public String httpAddress() {
        return address(1);
    }

    private String address(int offset) {
        return "127.0.0.1:" + (basePort + offset);
    }

    /** Starts the process; does not wait until it serves. */
    public void start() {
        if (running()) {
            throw new CommandFailure(ExitCode.REFUSED, name + " runs already, process " + pid().orElseThrow());
        }
        try {
            Files.createDirectories(dir);
            ProcessBuilder builder = new ProcessBuilder(launcher.toString(), "serve");
            builder.environment().keySet().removeIf(key -> key.startsWith("NEXUS_"));
            builder.environment().putAll(environment);
            builder.directory(dir.toFile());
            builder.redirectErrorStream(true);
            builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
            builder.redirectInput(
                    ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
            Process process = builder.start();
            Files.writeString(pidFile(), Long.toString(process.pid()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + name, e);
        }
    }

    /** The process that the pid file names, if it is still one of ours. */
    public Optional<ProcessHandle> handle() {
        return pid().flatMap(ProcessHandle::of).filter(ProcessHandle::isAlive).filter(NodeProcess::isNexus);
    }

    public boolean running() {
        return handle().isPresent();
    }

    public Optional<Long> pid() {
        try {
            return Files.exists(pidFile())
                    ? Optional.of(Long.valueOf(Files.readString(pidFile()).strip()))
                    : Optional.empty();
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** SIGKILL, and waits until the process is gone. */
    public void kill() {
        handle().ifPresent(process -> {
            process.destroyForcibly();
            await(process, 10);
        });
    }

    /** SIGTERM, and waits for the orderly stop; SIGKILL if it takes too long. */
    public boolean stop() {
        Optional<ProcessHandle> process = handle();
        if (process.isEmpty()) {
            return true;
        }
        process.get().destroy();
        boolean orderly = await(process.get(), STOP_SECONDS);
        if (!orderly) {
            kill();
        }
        return orderly;
    }

    /** Sends SIGTERM without waiting. */
    public void terminate() {
        handle().ifPresent(ProcessHandle::destroy);
    }

    public boolean awaitExit(long seconds) {
        return handle().map(process -> await(process, seconds)).orElse(true);
    }

    /** SIGSTOP: the process stands still, its connections stay open. */
    public void pause() {
        signal("STOP");
    }

    /** SIGCONT. */
    public void resume() {
        signal("CONT");
    }

    private void signal(String signal) {
        long pid = handle().orElseThrow(() -> new IllegalStateException(name + " does not run"))
                .pid();
        try {
            Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start();
            if (kill.waitFor() != 0) {
                throw new IllegalStateException("cannot send SIG" + signal + " to " + name);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static boolean await(ProcessHandle process, long seconds) {
        try {
            process.onExit().get(seconds, TimeUnit.SECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            return false;
        }
    }

    /** A process id may have been given to a stranger since: never signal one that is not a node. */
    private static boolean isNexus(ProcessHandle process) {
        return process.info().commandLine().map(line -> line.contains("nexus")).orElse(true);
    }

    private Path pidFile() {
        return dir.resolve("pid");
    }
}
