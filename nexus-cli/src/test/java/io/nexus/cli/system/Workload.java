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
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Bounded load from several workers: each has subscribers of its own in one pool and does one call at a time, at a
 * random node. Everything is recorded.
 */
final class Workload implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(8);
    private static final long PAUSE_NANOS = 2_000_000;

    private final Map<String, List<Op>> histories = new ConcurrentHashMap<>();
    private final AtomicLong lastAllocation = new AtomicLong(System.nanoTime());
    private final List<Thread> workers = new ArrayList<>();
    private final List<String> servers;
    private volatile boolean stopped;

    Workload(List<String> servers) {
        this.servers = servers;
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

    /** When an allocation was last acknowledged, of {@link System#nanoTime}. */
    long lastAllocationNanos() {
        return lastAllocation.get();
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

        Worker(String pool, String name, int subscribers, Random random) {
            this.pool = pool;
            this.name = name;
            this.subscribers = subscribers;
            this.random = random;
        }

        void run() {
            List<NexusClient> clients = servers.stream()
                    .map(server -> new NexusClient(List.of(server), TIMEOUT))
                    .toList();
            try {
                while (!stopped) {
                    int node = random.nextInt(clients.size());
                    step(clients.get(node), servers.get(node), name + "-s" + random.nextInt(subscribers));
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            } finally {
                clients.forEach(NexusClient::close);
            }
        }

        private void step(NexusClient client, String node, String subscriber) {
            int dice = random.nextInt(100);
            if (dice < 40) {
                allocate(client, node, subscriber);
            } else if (dice < 60) {
                release(client, node, subscriber);
            } else {
                lookup(client, node, subscriber, dice < 80);
            }
        }

        private void allocate(NexusClient client, String node, String subscriber) {
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
                lastAllocation.accumulateAndGet(System.nanoTime(), Math::max);
            } catch (CompletionException e) {
                failed(Op.Kind.ALLOCATE, subscriber, node, start, e);
            }
        }

        private void release(NexusClient client, String node, String subscriber) {
            long start = System.nanoTime();
            try {
                ReleaseResponse answer = client.release(ReleaseRequest.newBuilder()
                                .setSubscriberId(subscriber)
                                .setPoolId(pool)
                                .build())
                        .join();
                tokens.put(subscriber, answer.getToken());
                record(Op.Kind.RELEASE, subscriber, node, start, null, false, false);
            } catch (CompletionException e) {
                failed(Op.Kind.RELEASE, subscriber, node, start, e);
            }
        }

        private void lookup(NexusClient client, String node, String subscriber, boolean withToken) {
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
            } catch (CompletionException e) {
                failed(Op.Kind.LOOKUP, subscriber, node, start, e);
            }
        }

        private void failed(Op.Kind kind, String subscriber, String node, long start, CompletionException e) {
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
