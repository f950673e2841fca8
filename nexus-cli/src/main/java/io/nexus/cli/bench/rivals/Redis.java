package io.nexus.cli.bench.rivals;

import io.nexus.cli.CommandFailure;
import io.nexus.cli.ExitCode;
import io.nexus.cli.bench.load.Job;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Redis with a pool in a script: a list of free addresses, a key for each subscriber and for each address. One process,
 * no replicas.
 */
final class Redis implements Rival {
    private static final int CONNECTIONS = 4;
    private static final int FILL_STEP = 100_000;
    private static final String ALLOCATE =
            "local held = redis.call('GET', 's:' .. ARGV[1]) if held then return held end "
                    + "local address = redis.call('LPOP', 'free') if not address then return false end "
                    + "redis.call('SET', 's:' .. ARGV[1], address) redis.call('SET', 'a:' .. address, ARGV[1]) "
                    + "return address";

    private final String fsync;
    private final ServerProcess server;
    private final List<RespConnection> connections = new ArrayList<>();
    private final String version;
    private final String script;
    private final Holders holders;

    Redis(Path program, Path dir, int port, String fsync, int addresses) {
        this.fsync = fsync;
        this.version = "Redis "
                + ServerProcess.run(dir, List.of(program.toString(), "--version"))
                        .replaceAll(".*v=([0-9.]+).*", "$1");
        this.holders = new Holders(addresses);
        this.server = ServerProcess.start(
                "redis",
                dir,
                Map.of(),
                List.of(
                        program.toString(),
                        "--port",
                        Integer.toString(port),
                        "--bind",
                        "127.0.0.1",
                        "--dir",
                        dir.toString(),
                        "--save",
                        "",
                        "--appendonly",
                        "yes",
                        "--appendfsync",
                        fsync));
        try {
            server.awaitPort(port, Duration.ofSeconds(20));
            for (int i = 0; i < CONNECTIONS; i++) {
                connections.add(new RespConnection(port));
            }
            for (int from = 0; from < addresses; from += FILL_STEP) {
                int to = Math.min(addresses, from + FILL_STEP) - 1;
                ask("EVAL", "for i=" + from + "," + to + " do redis.call('RPUSH', 'free', i) end return 1", "0");
            }
            this.script = ask("SCRIPT", "LOAD", ALLOCATE);
        } catch (IOException | RuntimeException e) {
            close();
            throw new CommandFailure(ExitCode.FAILED, "Redis: " + e);
        }
    }

    private String ask(String... words) {
        CompletableFuture<RespConnection.Reply> answer = new CompletableFuture<>();
        connections.get(0).send(answer::complete, words);
        RespConnection.Reply reply = answer.orTimeout(60, TimeUnit.SECONDS).join();
        if (reply.error() != null || reply.text() == null) {
            throw new IllegalStateException(words[0] + " failed: " + reply.error());
        }
        return reply.text();
    }

    private RespConnection connection(Job.Ticket ticket) {
        return connections.get(ticket.slot() % CONNECTIONS);
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public String durability() {
        return fsync.equals("always") ? "1 copy, fsync" : "1 copy, fsync each second";
    }

    @Override
    public Job allocate() {
        return holders.allocate((subscriber, ticket) -> connection(ticket)
                .send(reply -> ended(reply, ticket), "EVALSHA", script, "0", Holders.name(subscriber)));
    }

    @Override
    public Job lookup() {
        return holders.lookup((subscriber, ticket) ->
                connection(ticket).send(reply -> ended(reply, ticket), "GET", "s:" + Holders.name(subscriber)));
    }

    private static void ended(RespConnection.Reply reply, Job.Ticket ticket) {
        if (reply.error() != null) {
            ticket.failed(0, reply.error());
        } else if (reply.text() == null) {
            ticket.failed(0, "NOTHING");
        } else {
            ticket.succeeded(0);
        }
    }

    @Override
    public double cpuSeconds() {
        return server.cpuSeconds();
    }

    @Override
    public void close() {
        connections.forEach(RespConnection::close);
        server.close();
    }
}
