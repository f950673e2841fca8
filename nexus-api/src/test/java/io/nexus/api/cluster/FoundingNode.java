package io.nexus.api.cluster;

import io.nexus.api.peer.v1.FoundReply;
import io.nexus.api.peer.v1.FoundRequest;
import io.nexus.api.peer.v1.HelloReply;
import io.nexus.api.peer.v1.HelloRequest;
import io.nexus.api.peer.v1.ReplaceReply;
import io.nexus.api.peer.v1.ReplaceRequest;
import io.nexus.statemachine.model.ClusterPlan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A node that founds over real connections on loopback; its process dies and starts again, its disk may be wiped. */
final class FoundingNode implements AutoCloseable {
    /** Where the process dies, counted over the offers that it makes. */
    enum Death {
        BEFORE_OFFER,
        AFTER_OFFER
    }

    final Path directory;
    final String address;
    private final HardSettings settings;
    private final List<String> list;
    private @Nullable Process process;
    private @Nullable Death death;
    private int deathAt;

    FoundingNode(Path directory, String address, List<String> list, HardSettings settings) {
        this.directory = directory;
        this.address = address;
        this.list = list;
        this.settings = settings;
    }

    static List<String> freeAddresses(int count) {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                ServerSocket socket = new ServerSocket();
                socket.bind(new InetSocketAddress("127.0.0.1", 0));
                sockets.add(socket);
            }
            List<String> addresses = new ArrayList<>();
            for (ServerSocket socket : sockets) {
                addresses.add("127.0.0.1:" + socket.getLocalPort());
                socket.close();
            }
            addresses.sort(Comparator.naturalOrder());
            return addresses;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next process dies at its n-th offer, from 1. */
    void dieAt(Death when, int offer) {
        death = when;
        deathAt = offer;
    }

    void start() {
        process = new Process();
    }

    boolean isUp() {
        return process != null && !process.dead;
    }

    boolean inForce() {
        return isUp() && process.founding.inForce().isDone();
    }

    @Nullable
    ClusterPlan plan() {
        return process == null ? null : process.identity.plan();
    }

    String nodeId() {
        return process.identity.nodeId();
    }

    List<String> reasons() {
        return process.founding.reasons();
    }

    void crash() {
        if (process != null) {
            process.die();
        }
    }

    void wipe() throws IOException {
        crash();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Override
    public void close() {
        crash();
    }

    private final class Process implements FoundingWire {
        final NodeIdentity identity;
        final ClusterThreads threads = new ClusterThreads();
        final GrpcFoundingWire grpc;
        final Founding founding;
        final PeerServer server;
        volatile boolean dead;
        private int offers;
        private boolean dying;

        Process() {
            PeerAddresses peers = PeerAddresses.of(list, address);
            FoundingTerms terms = TestTerms.of(peers, settings);
            identity = new DataDirectory(directory).open(settings, terms.self());
            grpc = new GrpcFoundingWire(new PeerDialer("", identity.nodeId()));
            founding = new Founding(identity, terms, this, threads.disk(), Duration.ofMillis(30));
            int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
            server = new PeerServer(
                    new InetSocketAddress("127.0.0.1", port),
                    identity,
                    List.of(new ClusterPeerEndpoint(founding.answers())),
                    ForkJoinPool.commonPool());
            try {
                server.start();
            } catch (IOException e) {
                die();
                throw new UncheckedIOException(e);
            }
            founding.start();
        }

        synchronized void die() {
            if (dead) {
                return;
            }
            founding.close();
            threads.cut();
            if (!Thread.currentThread().getName().equals("nexus-cluster-disk")) {
                threads.close(); // what is being written must not go on under the next process
            }
            grpc.close();
            server.cut();
            identity.close();
            dead = true;
        }

        @Override
        public CompletableFuture<HelloReply> hello(String to, HelloRequest request) {
            return grpc.hello(to, request);
        }

        @Override
        public CompletableFuture<FoundReply> found(String to, FoundRequest request) {
            if (dying) {
                return new CompletableFuture<>();
            }
            boolean last = death != null && ++offers == deathAt;
            dying = last;
            if (last && death == Death.BEFORE_OFFER) {
                death = null;
                die();
                return new CompletableFuture<>();
            }
            CompletableFuture<FoundReply> reply = grpc.found(to, request);
            if (!last) {
                return reply;
            }
            death = null;
            reply.whenComplete((answer, failure) -> die());
            return new CompletableFuture<>();
        }

        @Override
        public CompletableFuture<ReplaceReply> replace(String to, ReplaceRequest request) {
            return grpc.replace(to, request);
        }
    }
}
