package io.nexus.cli.system;

import io.grpc.Status;
import io.nexus.api.client.NexusClient;
import io.nexus.api.client.NexusClientException;
import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.AllocateResponse;
import io.nexus.api.v1.Allocation;
import io.nexus.api.v1.Consistency;
import io.nexus.api.v1.LookupRequest;
import io.nexus.api.v1.LookupResponse;
import io.nexus.api.v1.ReleaseRequest;
import io.nexus.api.v1.ReleaseResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Bounded load from several workers: each has subscribers of its own in one pool and does one call at a time. Writes go to
 * a random node and on to the next where it cannot serve, reads to one random node. Everything is recorded.
 */
final class Workload implements AutoCloseable {
    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(8);
    /** A client repeats a call at a dead node until its time is over; the worker waits for it. */
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(1);
    /** A node that did not answer is left alone for so long: nobody keeps on asking a dead one. */
    private static final long AVOID_NANOS = 1_000_000_000;

    private static final long PAUSE_NANOS = 2_000_000;

    private static final String ANY = "any";

    private final Map<String, List<Op>> histories = new ConcurrentHashMap<>();
    private final Pauses pauses = new Pauses();
    private final List<Thread> workers = new ArrayList<>();
    private final List<String> servers;
    private volatile boolean stopped;

    private final String measuredPool;

    Workload(List<String> servers, String measuredPool) {
        this.servers = servers;
        this.measuredPool = measuredPool;
    }

    /** @param subscribers of each worker */
    void start(String pool, int count, int subscribers, long seed) {
        for (int i = 0; i < count; i++) {
            Worker worker = new Worker(pool, pool + "-w" + i, subscribers, new Random(seed + 31L * i));
            Thread thread = new Thread(worker::run, "load-" + pool + "-" + i);
            thread.setDaemon(true);
            workers.add(thread);
            thread.start();
        }
    }

    /** How long the first pool went without an acknowledged allocation. */
    Pauses pauses() {
        return pauses;
    }

    /** Allocations acknowledged since the watch began. Thread-safe. */
    static final class Pauses {
        private long from;
        private long last;
        private long first;
        private long longest;

        /** Begins anew. */
        synchronized void watch() {
            from = System.nanoTime();
            last = from;
            first = 0;
            longest = 0;
        }

        /** @param startNanos when the call began: what was asked for before the watch may have been answered by then */
        synchronized void acknowledged(long startNanos) {
            long now = System.nanoTime();
            longest = Math.max(longest, now - last);
            last = now;
            if (first == 0 && startNanos - from >= 0) {
                first = now;
            }
        }

        /** From the beginning of the watch to the first answer to a call that was made since; 0: none yet. */
        synchronized long firstMillis() {
            return first == 0 ? 0 : Math.max(1, (first - from) / 1_000_000);
        }

        /** The longest time between two answers since the beginning of the watch, the one that goes on included. */
        synchronized long longestMillis() {
            return Math.max(longest, System.nanoTime() - last) / 1_000_000;
        }
    }

    long operations() {
        return histories.values().stream().mapToLong(List::size).sum();
    }

    Map<String, List<Op>> histories() {
        return histories;
    }

    @Override
    public void close() throws InterruptedException {
        stopped = true;
        for (Thread worker : workers) {
            worker.join();
        }
    }

    private final class Worker {
        private final String pool;
        private final String name;
        private final int subscribers;
        private final Random random;
        private final Map<String, String> tokens = new ConcurrentHashMap<>();
        private final int[] lives;
        private final long[] avoidUntil = new long[servers.size()];

        Worker(String pool, String name, int subscribers, Random random) {
            this.pool = pool;
            this.name = name;
            this.subscribers = subscribers;
            this.lives = new int[subscribers];
            this.random = random;
        }

        void run() {
            List<NexusClient> readers = servers.stream()
                    .map(server -> new NexusClient(List.of(server), READ_TIMEOUT))
                    .toList();
            try (NexusClient writer = new NexusClient(servers, WRITE_TIMEOUT)) {
                while (!stopped) {
                    int number = random.nextInt(subscribers);
                    step(writer, readers, name + "-s" + number + "-" + lives[number], number);
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            } finally {
                readers.forEach(NexusClient::close);
            }
        }

        /**
         * A write whose outcome is unknown may still take effect much later, a release that a paused node had received
         * for instance: such a subscriber is left alone and another takes its place.
         */
        private void step(NexusClient writer, List<NexusClient> readers, String subscriber, int number) {
            int dice = random.nextInt(100);
            if (dice < 40) {
                lives[number] += allocate(writer, ANY, subscriber) ? 0 : 1;
            } else if (dice < 60) {
                lives[number] += release(writer, ANY, subscriber) ? 0 : 1;
            } else {
                int node = random.nextInt(readers.size());
                if (avoidUntil[node] == 0 || System.nanoTime() - avoidUntil[node] > 0) {
                    boolean answered = lookup(readers.get(node), servers.get(node), subscriber, dice < 80);
                    avoidUntil[node] = answered ? 0 : System.nanoTime() + AVOID_NANOS;
                }
            }
        }

        /** False if the outcome is unknown. */
        private boolean allocate(NexusClient client, String node, String subscriber) {
            long start = System.nanoTime();
            try {
                AllocateResponse answer = client.allocate(AllocateRequest.newBuilder()
                                .setSubscriberId(subscriber)
                                .setPoolId(pool)
                                .build())
                        .join();
                tokens.put(subscriber, answer.getToken());
                record(
                        Op.Kind.ALLOCATE,
                        subscriber,
                        node,
                        start,
                        address(answer.getAllocation()),
                        answer.getCreated(),
                        false);
                if (pool.equals(measuredPool)) {
                    pauses.acknowledged(start);
                }
                return true;
            } catch (CompletionException e) {
                return failed(Op.Kind.ALLOCATE, subscriber, node, start, e) != Op.Result.UNKNOWN;
            }
        }

        /** False if the outcome is unknown. */
        private boolean release(NexusClient client, String node, String subscriber) {
            long start = System.nanoTime();
            try {
                ReleaseResponse answer = client.release(ReleaseRequest.newBuilder()
                                .setSubscriberId(subscriber)
                                .setPoolId(pool)
                                .build())
                        .join();
                tokens.put(subscriber, answer.getToken());
                record(Op.Kind.RELEASE, subscriber, node, start, null, false, false);
                return true;
            } catch (CompletionException e) {
                return failed(Op.Kind.RELEASE, subscriber, node, start, e) != Op.Result.UNKNOWN;
            }
        }

        /** False if the node could not answer. */
        private boolean lookup(NexusClient client, String node, String subscriber, boolean withToken) {
            long start = System.nanoTime();
            String token = withToken ? tokens.getOrDefault(subscriber, "") : "";
            try {
                LookupResponse answer = client.lookupBySubscriber(LookupRequest.newBuilder()
                                .setSubscriberId(subscriber)
                                .setPoolId(pool)
                                .setConsistency(Consistency.newBuilder().setToken(token))
                                .build())
                        .join();
                String address = answer.getAllocationsCount() == 0 ? null : address(answer.getAllocations(0));
                record(Op.Kind.LOOKUP, subscriber, node, start, address, false, !token.isEmpty());
                return true;
            } catch (CompletionException e) {
                failed(Op.Kind.LOOKUP, subscriber, node, start, e);
                return false;
            }
        }

        private Op.Result failed(Op.Kind kind, String subscriber, String node, long start, CompletionException e) {
            NexusClientException failure = (NexusClientException) e.getCause();
            Op.Result result = switch (failure.code()) {
                case NOT_FOUND, RESOURCE_EXHAUSTED, ALREADY_EXISTS, FAILED_PRECONDITION -> Op.Result.REFUSED;
                // A node that could not be reached may have got the request all the same.
                case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED, UNKNOWN, INTERNAL -> Op.Result.UNKNOWN;
                default -> throw new IllegalStateException("unexpected answer: " + failure, failure);
            };
            boolean lookup = kind == Op.Kind.LOOKUP;
            add(new Op(
                    kind,
                    pool,
                    subscriber,
                    node,
                    start,
                    System.nanoTime(),
                    lookup ? Op.Result.FAILED : result,
                    null,
                    false,
                    false,
                    failure.code() == Status.Code.UNAVAILABLE ? "unavailable" : failure.getMessage()));
            return result;
        }

        private void record(
                Op.Kind kind,
                String subscriber,
                String node,
                long start,
                @Nullable String address,
                boolean created,
                boolean tokenGiven) {
            add(new Op(
                    kind,
                    pool,
                    subscriber,
                    node,
                    start,
                    System.nanoTime(),
                    Op.Result.OK,
                    address,
                    created,
                    tokenGiven,
                    ""));
        }

        private void add(Op op) {
            histories.computeIfAbsent(op.subscriber(), s -> new ArrayList<>()).add(op);
        }
    }

    static String address(Allocation allocation) {
        return allocation.getIp() + "/" + allocation.getPrefixLength();
    }
}
