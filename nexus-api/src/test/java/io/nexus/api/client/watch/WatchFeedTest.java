package io.nexus.api.client.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.nexus.api.client.ClientSettings;
import io.nexus.api.client.NexusClient;
import io.nexus.api.v1.Change;
import io.nexus.api.v1.Changes;
import io.nexus.api.v1.Entries;
import io.nexus.api.v1.KeyValue;
import io.nexus.api.v1.Progress;
import io.nexus.api.v1.Resync;
import io.nexus.api.v1.SnapshotEnd;
import io.nexus.api.v1.WatchRequest;
import io.nexus.api.v1.WatchResponse;
import io.nexus.api.v1.WatchServiceGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a watch does with what nodes send, over real connections to two servers. */
final class WatchFeedTest {
    private final BlockingQueue<Opened> opened = new LinkedBlockingQueue<>();
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private Server one;
    private Server two;
    private NexusClient client;
    private WatchFeed feed;

    /** A watch as a server sees it. */
    private record Opened(Server at, WatchRequest request, StreamObserver<WatchResponse> to) {
        void send(WatchResponse.Builder response, String token) {
            to.onNext(response.setResumeToken(token).build());
        }
    }

    @BeforeEach
    void start() throws IOException {
        one = server();
        two = server();
        client = new NexusClient(ClientSettings.only(
                List.of("127.0.0.1:" + one.getPort(), "127.0.0.1:" + two.getPort()), Duration.ofSeconds(5)));
        feed = client.watch(WatchRequest.newBuilder().addPools("p").build(), new Recorder());
    }

    @AfterEach
    void stop() {
        feed.close();
        client.close();
        one.shutdownNow();
        two.shutdownNow();
    }

    private Server server() throws IOException {
        Server[] self = new Server[1];
        self[0] = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new WatchServiceGrpc.WatchServiceImplBase() {
                    @Override
                    public void watch(WatchRequest request, StreamObserver<WatchResponse> observer) {
                        opened.add(new Opened(self[0], request, observer));
                    }
                })
                .build()
                .start();
        return self[0];
    }

    private Opened next() throws InterruptedException {
        Opened next = opened.poll(20, TimeUnit.SECONDS);
        assertThat(next).as("a watch was opened").isNotNull();
        return next;
    }

    private void hears(String... expected) {
        Awaitility.await("it is heard")
                .atMost(20, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(heard).containsExactly(expected));
        heard.clear();
    }

    @Test
    void beginsWithASnapshot_andGoesOnElsewhereWithTheToken() throws InterruptedException {
        Opened first = next();
        assertThat(first.request().getPoolsList()).containsExactly("p");
        assertThat(first.request().getSnapshot()).isTrue();
        assertThat(first.request().getResumeToken()).isEmpty();
        first.send(entries("a", "b"), "");
        first.send(WatchResponse.newBuilder().setSnapshotEnd(SnapshotEnd.getDefaultInstance()), "t1");
        first.send(change(Change.Type.PUT, "c"), "t2");
        first.send(change(Change.Type.DELETE, "a"), "t3");
        first.send(WatchResponse.newBuilder().setProgress(Progress.newBuilder().setStalenessMs(7)), "t4");
        hears("begins", "put a", "put b", "ends", "put c", "delete a", "progress 7");

        first.to().onError(Status.UNAVAILABLE.withDescription("stopping").asRuntimeException());
        Opened second = next();
        assertThat(second.at()).as("the other node").isNotSameAs(first.at());
        assertThat(second.request().getResumeToken()).isEqualTo("t4");
        assertThat(second.request().getSnapshot())
                .as("if the token is of no use")
                .isTrue();
        second.send(change(Change.Type.PUT, "d"), "t5");
        hears("interrupted stopping", "put d");
    }

    @Test
    void snapshotThatBreaksOff_beginsAgain() throws InterruptedException {
        Opened first = next();
        first.send(entries("a"), "");
        hears("begins", "put a");
        first.to().onCompleted();
        assertThat(next().request().getResumeToken()).isEmpty();
        hears("interrupted the node ended the watch", "begins");
    }

    @Test
    void resync_withASnapshot_staysAtTheNode() throws InterruptedException {
        Opened first = next();
        first.send(WatchResponse.newBuilder().setSnapshotEnd(SnapshotEnd.getDefaultInstance()), "t1");
        first.send(resync(Resync.Reason.REPLACED, true), "");
        first.send(entries("a"), "");
        first.send(WatchResponse.newBuilder().setSnapshotEnd(SnapshotEnd.getDefaultInstance()), "t2");
        hears("begins", "ends", "begins", "put a", "ends");
    }

    @Test
    void resync_ofANodeThatIsBehind_asksAnotherWithTheSameToken() throws InterruptedException {
        Opened first = next();
        first.send(WatchResponse.newBuilder().setSnapshotEnd(SnapshotEnd.getDefaultInstance()), "t1");
        hears("begins", "ends");
        first.to().onError(Status.UNAVAILABLE.withDescription("stopping").asRuntimeException());
        Opened second = next();
        second.send(resync(Resync.Reason.NODE_BEHIND, false), "");
        Opened third = next();
        assertThat(third.request().getResumeToken()).isEqualTo("t1");
        third.send(resync(Resync.Reason.OTHER_CLUSTER, false), "");
        assertThat(next().request().getResumeToken()).as("from the beginning").isEmpty();
        hears("interrupted stopping", "interrupted why", "interrupted why", "begins");
    }

    @Test
    void nodesThatRefuse_areNotStormed() throws InterruptedException {
        long begin = System.nanoTime();
        for (int i = 0; i < 8; i++) {
            next().to().onError(Status.RESOURCE_EXHAUSTED.asRuntimeException());
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(25 + 50 + 100));
    }

    @Test
    void close_endsTheWatch() throws InterruptedException {
        next();
        feed.close();
        assertThat(opened.poll(300, TimeUnit.MILLISECONDS)).isNull();
    }

    private static WatchResponse.Builder entries(String... keys) {
        Entries.Builder entries = Entries.newBuilder();
        for (String key : keys) {
            entries.addEntries(KeyValue.newBuilder().setKey(key));
        }
        return WatchResponse.newBuilder().setSnapshot(entries);
    }

    private static WatchResponse.Builder change(Change.Type type, String key) {
        return WatchResponse.newBuilder()
                .setChanges(Changes.newBuilder()
                        .addChanges(Change.newBuilder()
                                .setType(type)
                                .setEntry(KeyValue.newBuilder().setKey(key))));
    }

    private static WatchResponse.Builder resync(Resync.Reason reason, boolean snapshotFollows) {
        return WatchResponse.newBuilder()
                .setResync(
                        Resync.newBuilder().setReason(reason).setMessage("why").setSnapshotFollows(snapshotFollows));
    }

    private final class Recorder implements WatchListener {
        @Override
        public void snapshotBegins() {
            heard.add("begins");
        }

        @Override
        public void snapshotEnds() {
            heard.add("ends");
        }

        @Override
        public void put(KeyValue entry, KeyValue previous) {
            heard.add("put " + entry.getKey());
        }

        @Override
        public void delete(String key, KeyValue previous) {
            heard.add("delete " + key);
        }

        @Override
        public void progress(long stalenessMillis) {
            heard.add("progress " + stalenessMillis);
        }

        @Override
        public void interrupted(String why) {
            heard.add("interrupted " + why);
        }
    }
}
