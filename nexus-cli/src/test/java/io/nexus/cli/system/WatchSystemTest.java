package io.nexus.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.StatusRuntimeException;
import io.nexus.api.client.NexusClient;
import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.Change;
import io.nexus.api.v1.CreatePoolRequest;
import io.nexus.api.v1.KeyValue;
import io.nexus.api.v1.ListKeysRequest;
import io.nexus.api.v1.ListKeysResponse;
import io.nexus.api.v1.Pool;
import io.nexus.api.v1.PoolSpec;
import io.nexus.api.v1.ReleaseRequest;
import io.nexus.api.v1.SegmentStatus;
import io.nexus.api.v1.WatchRequest;
import io.nexus.api.v1.WatchResponse;
import io.nexus.api.v1.WatchServiceGrpc;
import io.nexus.cli.demo.DemoCluster;
import io.nexus.cli.demo.NodeProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A watcher at nodes that follow the pool's segment by the feed, and are killed under it. */
class WatchSystemTest {
    private static final String POOL = "watched";
    private static final Duration LIMIT = Duration.ofSeconds(90);

    private DemoCluster cluster;
    private Watcher watcher;

    @Test
    void watcher_goesOnAtTheNextNode_andHasWhatTheStoreHas(@TempDir Path dir) throws Exception {
        cluster = new DemoCluster(
                3,
                dir,
                FreePorts.base(),
                Path.of(System.getProperty("nexus.launcher")),
                Map.of("NEXUS_REPLICATION", "1"));
        cluster.start();
        cluster.awaitReady(LIMIT, text -> {});
        try (NexusClient client = new NexusClient(cluster.servers(), Duration.ofSeconds(20))) {
            Pool pool = client.createPool(CreatePoolRequest.newBuilder()
                            .setSpec(PoolSpec.newBuilder().setId(POOL).setCidr("10.41.0.0/22"))
                            .build())
                    .join();
            List<NodeProcess> followers = cluster.nodes().stream()
                    .filter(node -> follows(node, pool.getSegment()))
                    .toList();
            assertThat(followers).hasSize(2);
            watcher = new Watcher(followers);
            write(client, 0, 100);
            watcher.awaitLevel(client);

            followers.get(0).kill();
            write(client, 100, 300);
            watcher.awaitLevel(client);
            assertThat(watcher.resyncs()).as("it went on after its token").isZero();

            followers.get(0).start();
            cluster.awaitReady(followers.get(0), LIMIT);
            followers.get(1).kill();
            write(client, 300, 400);
            watcher.awaitLevel(client);
        }
    }

    private static boolean follows(NodeProcess node, int segment) {
        return DemoCluster.status(node).getSegmentsList().stream()
                .filter(status -> status.getSegment() == segment)
                .map(SegmentStatus::getRole)
                .anyMatch("follower"::equals);
    }

    private static void write(NexusClient client, int from, int to) {
        for (int i = from; i < to; i++) {
            client.allocate(AllocateRequest.newBuilder()
                            .setSubscriberId("s-" + i)
                            .setPoolId(POOL)
                            .build())
                    .join();
            if (i % 3 == 0) {
                client.release(ReleaseRequest.newBuilder()
                                .setSubscriberId("s-" + i)
                                .setPoolId(POOL)
                                .build())
                        .join();
            }
        }
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (watcher != null) {
            watcher.close();
        }
        if (cluster != null) {
            cluster.nodes().forEach(NodeProcess::kill);
        }
    }

    /** Follows the rules of {@code watch.proto} on a thread of its own: at one node until it ends, then at the next. */
    private static final class Watcher implements AutoCloseable {
        private final List<NodeProcess> nodes;
        private final Map<String, String> state = new TreeMap<>();
        private final Set<String> mentioned = new HashSet<>();
        private final Context.CancellableContext context = Context.ROOT.withCancellation();
        private final Thread thread;
        private volatile boolean closed;
        private String token = "";
        private int resyncs;

        Watcher(List<NodeProcess> nodes) {
            this.nodes = nodes;
            thread = new Thread(context.wrap(this::run), "watcher");
            thread.start();
        }

        private void run() {
            for (int i = 0; !closed; i++) {
                ManagedChannel channel = ManagedChannelBuilder.forTarget(
                                nodes.get(i % nodes.size()).grpcAddress())
                        .usePlaintext()
                        .build();
                try {
                    follow(WatchServiceGrpc.newBlockingStub(channel)
                            .watch(WatchRequest.newBuilder()
                                    .addPools(POOL)
                                    .setResumeToken(token)
                                    .setSnapshot(true)
                                    .build()));
                } catch (StatusRuntimeException e) {
                    assertThat(e).as("ask the next node").isNotNull();
                } finally {
                    channel.shutdownNow();
                }
            }
        }

        private void follow(Iterator<WatchResponse> events) {
            while (events.hasNext()) {
                apply(events.next());
            }
        }

        private synchronized void apply(WatchResponse event) {
            if (event.hasResync()) {
                resyncs++;
                mentioned.clear();
                token = event.getResync().getSnapshotFollows() ? "" : token;
            }
            event.getSnapshot().getEntriesList().forEach(this::put);
            for (Change change : event.getChanges().getChangesList()) {
                if (change.getType() == Change.Type.PUT) {
                    put(change.getEntry());
                } else {
                    assertThat(change.getPrevious().getAllocation().getSubscriberId())
                            .isEqualTo(state.remove(change.getEntry().getKey()));
                }
            }
            if (event.hasSnapshotEnd()) {
                state.keySet().retainAll(mentioned);
            }
            token = event.getResumeToken().isEmpty() ? token : event.getResumeToken();
        }

        private void put(KeyValue entry) {
            mentioned.add(entry.getKey());
            if (entry.hasAllocation()) {
                state.put(entry.getKey(), entry.getAllocation().getSubscriberId());
            }
        }

        synchronized int resyncs() {
            return resyncs;
        }

        private synchronized Set<String> keys() {
            return new HashSet<>(state.keySet());
        }

        /** Until it has the keys that the store of a node has. */
        void awaitLevel(NexusClient client) {
            Awaitility.await()
                    .atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(100))
                    .untilAsserted(() -> assertThat(keys()).isEqualTo(listed(client)));
        }

        private static Set<String> listed(NexusClient client) {
            Set<String> keys = new HashSet<>();
            String page = "";
            do {
                ListKeysResponse response = client.listKeys(ListKeysRequest.newBuilder()
                                .setPrefix("/nexus/allocations/by-pool/" + POOL)
                                .setPageSize(1_000)
                                .setPageToken(page)
                                .build())
                        .join();
                response.getEntriesList().forEach(entry -> keys.add(entry.getKey()));
                page = response.getNextPageToken();
            } while (!page.isEmpty());
            return keys;
        }

        @Override
        public void close() throws InterruptedException {
            closed = true;
            context.cancel(null);
            thread.join(10_000);
        }
    }
}
