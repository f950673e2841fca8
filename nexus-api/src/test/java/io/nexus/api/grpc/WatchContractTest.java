package io.nexus.api.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.nexus.api.local.LocalCluster;
import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.AllocationServiceGrpc;
import io.nexus.api.v1.Change;
import io.nexus.api.v1.CreatePoolRequest;
import io.nexus.api.v1.GetKeyRequest;
import io.nexus.api.v1.GetKeyResponse;
import io.nexus.api.v1.KeyspaceServiceGrpc;
import io.nexus.api.v1.KeyspaceServiceGrpc.KeyspaceServiceBlockingStub;
import io.nexus.api.v1.ListKeysRequest;
import io.nexus.api.v1.ListKeysResponse;
import io.nexus.api.v1.PoolServiceGrpc;
import io.nexus.api.v1.PoolSpec;
import io.nexus.api.v1.ReleaseRequest;
import io.nexus.api.v1.Resync;
import io.nexus.api.v1.WatchRequest;
import io.nexus.api.v1.WatchResponse;
import io.nexus.api.v1.WatchServiceGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Watches and the key space over a real connection. */
final class WatchContractTest {
    private final LocalCluster cluster = new LocalCluster();
    private GrpcServer server;
    private ManagedChannel channel;
    private KeyspaceServiceBlockingStub keys;

    @BeforeEach
    void start() throws IOException {
        server = new GrpcServer(
                new GrpcServer.Settings(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        1_000,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(60)),
                List.of(
                        new AllocationEndpoint(cluster.allocations, cluster.lookupService),
                        new PoolEndpoint(cluster.pools, cluster.lookupService),
                        new KeyspaceEndpoint(cluster.keyspace),
                        new WatchEndpoint(cluster.watches)),
                cluster.meters);
        server.start();
        channel = ManagedChannelBuilder.forAddress("127.0.0.1", server.port())
                .usePlaintext()
                .directExecutor()
                .build();
        keys = KeyspaceServiceGrpc.newBlockingStub(channel);
        createPool("homes", "100.64.0.0/24");
        createPool("biz", "100.65.0.0/24");
    }

    @AfterEach
    void stop() throws InterruptedException {
        channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        server.close();
        cluster.close();
    }

    /* --------------- watch --------------- */

    @Test
    void watch_withSnapshot_tellsWhatThereIsAndThenWhatChanges() throws InterruptedException {
        String ip = allocate("homes", "ann");
        allocate("biz", "bob");
        Heard heard = watch(WatchRequest.newBuilder().addPools("homes").setSnapshot(true));
        assertThat(heard.entriesToTheEnd())
                .containsExactlyInAnyOrder("/nexus/pools/homes/config", "/nexus/allocations/by-pool/homes/" + ip);
        assertThat(heard.token).isNotEmpty();

        allocate("biz", "cy");
        String other = allocate("homes", "dee");
        Change put = heard.nextChange();
        assertThat(put.getType()).isEqualTo(Change.Type.PUT);
        assertThat(put.getEntry().getKey()).isEqualTo("/nexus/allocations/by-pool/homes/" + other);
        assertThat(put.getEntry().getAllocation().getSubscriberId()).isEqualTo("dee");
        assertThat(put.hasPrevious()).isFalse();

        release("homes", "ann");
        Change delete = heard.nextChange();
        assertThat(delete.getType()).isEqualTo(Change.Type.DELETE);
        assertThat(delete.getEntry().hasAllocation()).isFalse();
        assertThat(delete.getPrevious().getAllocation().getSubscriberId()).isEqualTo("ann");
    }

    @Test
    void watch_resumed_goesOnAfterTheToken() throws InterruptedException {
        Heard first = watch(WatchRequest.newBuilder().addSubscribers("ann").setSnapshot(true));
        first.entriesToTheEnd();
        first.call.cancel(null);
        String ip = allocate("homes", "ann");
        allocate("homes", "bob");

        Heard second = watch(WatchRequest.newBuilder().addSubscribers("ann").setResumeToken(first.token));
        assertThat(second.nextChange().getEntry().getAllocation().getIp()).isEqualTo(ip);
        release("homes", "ann");
        assertThat(second.nextChange().getType()).isEqualTo(Change.Type.DELETE);
    }

    @Test
    void watch_quiet_tellsThatItIsAlive() throws InterruptedException {
        Heard heard = watch(WatchRequest.newBuilder().addPools("homes"));
        WatchResponse next = heard.next();
        assertThat(next.hasProgress()).isTrue();
        assertThat(next.getProgress().getStalenessMs()).isZero();
        assertThat(next.getResumeToken()).isNotEmpty();
    }

    @Test
    void watch_withTheTokenOfAnother_isToldToBeginAnew() throws InterruptedException {
        Heard first = watch(WatchRequest.newBuilder().addPools("homes").setSnapshot(true));
        first.entriesToTheEnd();

        Heard other = watch(WatchRequest.newBuilder().addPools("biz").setResumeToken(first.token));
        Resync resync = other.next().getResync();
        assertThat(resync.getReason()).isEqualTo(Resync.Reason.OTHER_FILTER);
        assertThat(resync.getSnapshotFollows()).isFalse();
        assertThat(other.end()).isNull();

        Heard again = watch(WatchRequest.newBuilder()
                .addPools("biz")
                .setResumeToken(first.token)
                .setSnapshot(true));
        assertThat(again.next().getResync().getSnapshotFollows()).isTrue();
        assertThat(again.entriesToTheEnd()).containsExactly("/nexus/pools/biz/config");
    }

    @Test
    void watch_badInput_namesTheField() throws InterruptedException {
        assertThat(failure(WatchRequest.newBuilder().addPrefixes("/nexus/peers")))
                .contains("INVALID_ARGUMENT", "prefixes");
        assertThat(failure(WatchRequest.newBuilder().addPools("no blanks"))).contains("INVALID_ARGUMENT", "pools");
        assertThat(failure(WatchRequest.newBuilder().setResumeToken("AAAA")))
                .contains("INVALID_ARGUMENT", "resume_token");
    }

    @Test
    void watch_tooMany_isRefusedUntilOneLeaves() throws InterruptedException {
        List<Heard> all = new ArrayList<>();
        for (int i = 0; i < LocalCluster.WATCHERS_MAX; i++) {
            Heard heard = watch(WatchRequest.newBuilder().addPools("homes").setSnapshot(true));
            heard.entriesToTheEnd();
            all.add(heard);
        }
        assertThat(failure(WatchRequest.newBuilder().addPools("homes"))).contains("UNAVAILABLE", "ask another node");
        all.get(0).call.cancel(null);
        org.awaitility.Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            Heard heard = watch(WatchRequest.newBuilder().addPools("homes").setSnapshot(true));
            assertThat(heard.next().hasSnapshot()).isTrue();
        });
    }

    @Test
    void drain_endsWatchesSoThatTheyGoElsewhere() throws InterruptedException {
        Heard heard = watch(WatchRequest.newBuilder().addPools("homes").setSnapshot(true));
        heard.entriesToTheEnd();
        cluster.watches.drain();
        assertThat(Status.fromThrowable(heard.end()).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(failure(WatchRequest.newBuilder())).contains("UNAVAILABLE", "stopping");
    }

    /* --------------- key space --------------- */

    @Test
    void keys_areFoundEveryWay() {
        String ip = allocate("homes", "olt/1:7");
        for (String key : List.of(
                "/nexus/allocations/by-pool/homes/" + ip,
                "/nexus/allocations/by-ip/" + ip,
                "/nexus/allocations/by-space/default/" + ip,
                "/nexus/allocations/by-subscriber/olt%2F1:7/homes/" + ip)) {
            GetKeyResponse found = get(key);
            assertThat(found.getFound()).as(key).isTrue();
            assertThat(found.getJson()).contains("\"subscriber_id\":\"olt/1:7\"");
            assertThat(found.getAsOfList()).isNotEmpty();
            assertThat(found.getAnsweredBy()).isEqualTo(LocalCluster.NODE);
        }
        assertThat(get("/nexus/pools/homes/config").getJson()).contains("100.64.0.0/24");
        assertThat(get("/nexus/pools/homes/bitmap").getJson()).contains("\"allocated\":1", "roaring-portable");
        assertThat(get("/nexus/hashring/state").getJson()).contains("\"segment_count\":" + LocalCluster.SEGMENTS);
        assertThat(get("/nexus/pools/none/config").getFound()).isFalse();
    }

    @Test
    void list_goesPageByPageThroughPools() {
        for (int i = 0; i < 7; i++) {
            allocate(i % 2 == 0 ? "homes" : "biz", "s" + i);
        }
        List<String> all = new ArrayList<>();
        String token = "";
        do {
            ListKeysResponse page = keys.list(ListKeysRequest.newBuilder()
                    .setPrefix("/nexus/allocations/by-ip/")
                    .setPageSize(3)
                    .setPageToken(token)
                    .build());
            assertThat(page.getEntriesCount()).isLessThanOrEqualTo(3);
            page.getEntriesList().forEach(entry -> all.add(entry.getKey()));
            token = page.getNextPageToken();
        } while (!token.isEmpty());
        assertThat(all).hasSize(7).doesNotHaveDuplicates();
        assertThat(list("")).containsExactly("/nexus/allocations", "/nexus/hashring", "/nexus/peers", "/nexus/pools");
        assertThat(list("/nexus/pools")).containsExactly("/nexus/pools/biz", "/nexus/pools/homes");
        assertThat(list("/nexus/peers/" + LocalCluster.NODE)).hasSize(3);
    }

    @Test
    void list_badInput_namesTheField() {
        assertThat(catchThrowableOfType(StatusRuntimeException.class, () -> list("/etc"))
                        .getMessage())
                .contains("prefix");
        assertThat(catchThrowableOfType(StatusRuntimeException.class, () -> list("/nexus/allocations/by-subscriber"))
                        .getMessage())
                .contains("name a subscriber");
        assertThat(catchThrowableOfType(StatusRuntimeException.class, () -> get("/nexus/pools/%zz"))
                        .getMessage())
                .contains("key");
    }

    private List<String> list(String prefix) {
        return keys.list(ListKeysRequest.newBuilder().setPrefix(prefix).build()).getEntriesList().stream()
                .map(entry -> entry.getKey())
                .toList();
    }

    private GetKeyResponse get(String key) {
        return keys.get(GetKeyRequest.newBuilder().setKey(key).build());
    }

    /* --------------- calls --------------- */

    private void createPool(String id, String cidr) {
        PoolServiceGrpc.newBlockingStub(channel)
                .createPool(CreatePoolRequest.newBuilder()
                        .setSpec(PoolSpec.newBuilder().setId(id).setCidr(cidr))
                        .build());
    }

    private String allocate(String pool, String subscriber) {
        return AllocationServiceGrpc.newBlockingStub(channel)
                .allocate(AllocateRequest.newBuilder()
                        .setPoolId(pool)
                        .setSubscriberId(subscriber)
                        .build())
                .getIp();
    }

    private void release(String pool, String subscriber) {
        AllocationServiceGrpc.newBlockingStub(channel)
                .release(ReleaseRequest.newBuilder()
                        .setPoolId(pool)
                        .setSubscriberId(subscriber)
                        .build());
    }

    private String failure(WatchRequest.Builder request) throws InterruptedException {
        Throwable end = watch(request).end();
        return end == null ? "completed" : end.getMessage();
    }

    private Heard watch(WatchRequest.Builder request) {
        Heard heard = new Heard();
        heard.call = io.grpc.Context.current().withCancellation();
        heard.call.run(() -> WatchServiceGrpc.newStub(channel).watch(request.build(), heard));
        return heard;
    }

    /** What one watch was told. */
    private static final class Heard implements StreamObserver<WatchResponse> {
        private static final Object END = new Object();
        private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();
        private io.grpc.Context.CancellableContext call;
        private String token = "";

        WatchResponse next() throws InterruptedException {
            Object event = events.poll(10, TimeUnit.SECONDS);
            assertThat(event).isInstanceOf(WatchResponse.class);
            WatchResponse response = (WatchResponse) event;
            token = response.getResumeToken().isEmpty() ? token : response.getResumeToken();
            return response;
        }

        Change nextChange() throws InterruptedException {
            WatchResponse response = next();
            while (response.hasProgress()) {
                response = next();
            }
            assertThat(response.getChanges().getChangesList()).hasSize(1);
            return response.getChanges().getChanges(0);
        }

        List<String> entriesToTheEnd() throws InterruptedException {
            List<String> keys = new ArrayList<>();
            WatchResponse response = next();
            while (!response.hasSnapshotEnd()) {
                response.getSnapshot().getEntriesList().forEach(entry -> keys.add(entry.getKey()));
                response = next();
            }
            return keys;
        }

        /** Null if it was completed. */
        Throwable end() throws InterruptedException {
            Object event = events.poll(10, TimeUnit.SECONDS);
            while (event instanceof WatchResponse) {
                event = events.poll(10, TimeUnit.SECONDS);
            }
            assertThat(event).isNotNull();
            return event == END ? null : (Throwable) event;
        }

        @Override
        public void onNext(WatchResponse response) {
            events.add(response);
        }

        @Override
        public void onError(Throwable thrown) {
            events.add(thrown);
        }

        @Override
        public void onCompleted() {
            events.add(END);
        }
    }
}
