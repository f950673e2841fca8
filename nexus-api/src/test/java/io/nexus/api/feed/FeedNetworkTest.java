package io.nexus.api.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import io.nexus.api.peer.v1.CatchUpRequest;
import io.nexus.api.peer.v1.FeedServiceGrpc;
import io.nexus.api.peer.v1.TailBatch;
import io.nexus.api.peer.v1.TailRequest;
import io.nexus.crdt.Cursor;
import io.nexus.crdt.Position;
import io.nexus.crdt.Step;
import io.nexus.statemachine.storage.InMemoryNodeStore;
import io.nexus.statemachine.storage.NodeStore;
import io.nexus.statemachine.storage.RocksNodeStore;
import io.nexus.statemachine.storage.StoreOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeedNetworkTest {
    private static final String DIVERGENCE = "nexus_clset_divergence_total";

    private final FeedLab lab = new FeedLab();

    @AfterEach
    void closeLab() throws InterruptedException {
        lab.nodes
                .values()
                .forEach(node -> assertThat(node.fatal.get()).as(node.id).isNull());
        lab.close();
    }

    @Test
    void follower_hearsEveryStepInOrder_andAcknowledges() {
        FeedNode owner = lab.member("owner");
        FeedNode follower = lab.follower("follower");
        owner.apply(1, "before");
        follower.follow();
        write(owner, 300);
        awaitLevel(follower, owner);
        assertThat(follower.heard)
                .isEqualTo(LongStream.rangeClosed(1, 301).boxed().toList());
        assertThat(follower.installs).isEmpty();
        await(
                "acknowledgements",
                () -> owner.meters.timer("nexus_clset_sync_latency_seconds").getCount() == 301);
        FollowState state = java.util.Objects.requireNonNull(follower.client.state(FeedLab.STREAM));
        assertThat(state.live()).isTrue();
        assertThat(state.upstream()).isEqualTo("owner");
        assertThat(follower.client.state(FeedLab.STREAM).live()).isTrue();
    }

    @Test
    void follower_ofAQuietStream_isLive_andStays() {
        FeedNode owner = lab.member("owner");
        owner.segment().commit(FeedLab.GENESIS.atLog(1, 0, 0), List.of());
        FeedNode follower = lab.follower("follower");
        follower.follow();
        await("live", () -> follower.client.state(FeedLab.STREAM).live());
        owner.apply(1, "first");
        awaitLevel(follower, owner);
    }

    @Test
    void ownerGone_followerGoesOnAtAnotherMember() {
        FeedNode owner = lab.member("owner");
        FeedNode second = lab.member("second");
        FeedNode follower = lab.follower("follower");
        follower.follow();
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            steps.add(owner.apply(i, "v" + i));
        }
        steps.forEach(second::replicate);
        awaitLevel(follower, owner);
        lab.kill("owner");
        lab.owner = "second";
        write(second, 50);
        awaitLevel(follower, second);
        assertThat(follower.installs).isEmpty();
        assertThat(java.util.Objects.requireNonNull(follower.client.state(FeedLab.STREAM))
                        .upstream())
                .isEqualTo("second");
    }

    @Test
    void nodeThatStops_sendsItsFollowersToAnother() {
        FeedNode owner = lab.member("owner");
        FeedNode second = lab.member("second");
        FeedNode follower = lab.follower("follower");
        follower.follow();
        second.replicate(owner.apply(1, "one"));
        awaitLevel(follower, owner);
        owner.endpoint.close();
        await("another upstream", () -> "second".equals(upstream(follower)));
        write(second, 20);
        awaitLevel(follower, second);
        assertThat(follower.installs).isEmpty();
    }

    private static String upstream(FeedNode follower) {
        FollowState state = follower.client.state(FeedLab.STREAM);
        return state == null ? null : state.upstream();
    }

    @Test
    void upstreamThatForgotTheSteps_isNotAskedForTheWhole_whileAnotherStillHasThem() {
        FeedNode owner = lab.member("owner");
        FeedNode second = lab.member("second");
        FeedNode follower = lab.follower("follower");
        follower.follow();
        for (int i = 0; i < 20; i++) {
            second.replicate(owner.apply(i, "v" + i));
        }
        awaitLevel(follower, owner);
        follower.client.unfollow(FeedLab.STREAM).join();
        for (int i = 0; i < 20; i++) {
            second.replicate(owner.apply(i, "w" + i));
        }
        owner.hub.onInstalled(FeedLab.STREAM); // as after a restart
        follower.follow();
        awaitLevel(follower, owner);
        assertThat(follower.installs).isEmpty();
    }

    @Test
    void followerThatTakesNothing_delaysNobody() {
        FeedNode owner = lab.member("owner");
        var channel = lab.peers("stalled").live("owner");
        FeedServiceGrpc.newStub(channel).tail(new Stalled());
        FeedNode follower = lab.follower("follower");
        follower.follow();
        write(owner, 3_000);
        awaitLevel(follower, owner);
        assertThat(follower.installs).isEmpty();
    }

    @Test
    void upstreamThatSaysNothing_isLeft() {
        FeedNode owner = lab.member("owner");
        lab.impostor("mute", new FeedServiceGrpc.FeedServiceImplBase() {
            @Override
            public StreamObserver<TailRequest> tail(StreamObserver<TailBatch> responses) {
                return new Ignoring();
            }
        });
        lab.owner = "mute";
        FeedNode follower = lab.follower("follower");
        follower.follow();
        write(owner, 20);
        awaitLevel(follower, owner);
    }

    @Test
    void followerCutOffFromTheMembers_isServedByAnotherFollower() {
        FeedNode owner = lab.member("owner");
        FeedNode relay = lab.follower("relay");
        FeedNode follower = lab.follower("follower");
        lab.cut("follower", "owner");
        relay.follow();
        follower.follow();
        write(owner, 100);
        awaitLevel(relay, owner);
        awaitLevel(follower, owner);
        write(owner, 100);
        awaitLevel(follower, owner);
        assertThat(follower.counter(DIVERGENCE)).isZero();
    }

    @Test
    void freshFollower_fetchesWhole_whileTheOwnerWrites() throws InterruptedException {
        FeedNode owner = lab.member("owner");
        for (int i = 0; i < 5_000; i++) {
            owner.applyQuietly(i, "an allocation with some bytes " + i);
        }
        FeedNode follower = lab.follower("follower");
        Thread writer = new Thread(() -> write(owner, 500));
        writer.start();
        follower.follow();
        writer.join();
        awaitLevel(follower, owner);
        assertThat(follower.installs).isNotEmpty();
        assertThat(follower.counter("nexus_clset_catchup_bytes_total")).isPositive();
        write(owner, 10);
        awaitLevel(follower, owner);
        Position flushed = follower.segment().flushedPosition();
        assertThat(flushed).as("an install survives a crash").isNotNull();
    }

    @Test
    void followerFarBehind_losesWhatWasDeletedMeanwhile() {
        FeedNode owner = lab.member("owner");
        FeedNode follower = lab.follower("follower");
        follower.follow();
        write(owner, 50);
        awaitLevel(follower, owner);
        follower.client.unfollow(FeedLab.STREAM).join();
        for (int i = 0; i < 40; i++) {
            owner.applyQuietly(i, null);
        }
        owner.hub.onInstalled(FeedLab.STREAM); // the window does not reach back
        follower.follow();
        awaitLevel(follower, owner);
        assertThat(follower.rows()).hasSize(10);
    }

    @Test
    void divergedCopy_isNoticedAtTheNextStep_andReplaced() {
        FeedNode owner = lab.member("owner");
        FeedNode follower = lab.follower("follower");
        follower.follow();
        write(owner, 20);
        awaitLevel(follower, owner);
        follower.client.unfollow(FeedLab.STREAM).join();
        owner.apply(7, "right");
        follower.applyQuietly(7, "wrong");
        follower.follow();
        owner.apply(8, "next");
        awaitLevel(follower, owner);
        assertThat(follower.counter(DIVERGENCE)).isEqualTo(1);
        assertThat(follower.installs).hasSize(1);
    }

    @Test
    void crashedFollower_goesOnFromWhatWasDurable() {
        FeedNode owner = lab.member("owner");
        InMemoryNodeStore store = new InMemoryNodeStore(FeedNode.RULE);
        FeedNode follower = lab.add("follower", store);
        follower.follow();
        write(owner, 20);
        awaitLevel(follower, owner);
        store.flush();
        write(owner, 20);
        awaitLevel(follower, owner);
        follower.client.unfollow(FeedLab.STREAM).join();
        store.crash();
        assertThat(follower.seq()).isEqualTo(20);
        write(owner, 5);
        follower.follow();
        awaitLevel(follower, owner);
        assertThat(follower.installs).isEmpty();
        assertThat(follower.counter(DIVERGENCE)).isZero();
    }

    @Test
    void rocksStores_tailAndCatchUp(@TempDir Path directory) throws InterruptedException {
        try (NodeStore ofOwner = rocks(directory.resolve("owner"));
                NodeStore ofFollower = rocks(directory.resolve("follower"))) {
            FeedNode owner = lab.member("owner", ofOwner);
            for (int i = 0; i < 3_000; i++) {
                owner.applyQuietly(i, "an allocation with some bytes " + i);
            }
            FeedNode follower = lab.add("follower", ofFollower);
            Thread writer = new Thread(() -> write(owner, 300));
            writer.start();
            follower.follow();
            writer.join();
            awaitLevel(follower, owner);
            owner.apply(5, null);
            awaitLevel(follower, owner);
            assertThat(follower.installs).isNotEmpty();
            assertThat(follower.counter(DIVERGENCE)).isZero();
            lab.close();
        }
    }

    private static NodeStore rocks(Path directory) {
        return RocksNodeStore.open(directory, FeedNode.RULE, StoreOptions.DEFAULT);
    }

    @Test
    void unfollowed_segmentIsNotWrittenAnyMore() {
        FeedNode owner = lab.member("owner");
        FeedNode follower = lab.follower("follower");
        follower.follow();
        write(owner, 20);
        awaitLevel(follower, owner);
        follower.client.unfollow(FeedLab.STREAM).join();
        long seq = follower.seq();
        write(owner, 20);
        // Written by its own log now, on the same branch: the feed must not come between.
        follower.applyQuietly(1, "mine");
        assertThat(follower.seq()).isEqualTo(seq + 1);
        assertThat(follower.client.state(FeedLab.STREAM)).isNull();
    }

    @Test
    void puller_asksOneNodeAfterTheOther_untilOneHasEnough() throws Exception {
        FeedNode owner = lab.member("owner");
        FeedNode second = lab.member("second");
        FeedNode wiped = lab.member("wiped");
        write(owner, 10);
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            steps.add(second.apply(i, "v" + i));
        }
        wiped.puller.pull(FeedLab.STREAM, 25, wiped.segment());
        assertThat(wiped.rows()).isEqualTo(second.rows());
        assertThat(wiped.segment().position()).isEqualTo(second.segment().position());
        assertThat(wiped.installs).containsExactly(FeedLab.STREAM);
        assertThatThrownBy(() -> wiped.puller.pull(FeedLab.STREAM, 1_000, wiped.segment()))
                .isInstanceOf(IOException.class);
    }

    @Test
    void nodeOfAnotherCluster_isRefused() {
        lab.member("owner");
        var channel = lab.peers("stranger").bulk("owner");
        CatchUpRequest request = CatchUpRequest.newBuilder()
                .setClusterId("another")
                .setStream(FeedLab.STREAM)
                .build();
        assertThatThrownBy(() -> FeedServiceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(Duration.ofSeconds(20))
                        .catchUp(request)
                        .hasNext())
                .isInstanceOf(StatusRuntimeException.class)
                .satisfies(
                        e -> assertThat(((StatusRuntimeException) e).getStatus().getCode())
                                .isEqualTo(Status.Code.FAILED_PRECONDITION));
        assertThat(ended(channel, "another")).isEqualTo(Status.Code.FAILED_PRECONDITION);
    }

    /** How a Tail call for that cluster ends. */
    private static Status.Code ended(io.grpc.Channel channel, String cluster) {
        var end = new java.util.concurrent.CompletableFuture<Status.Code>();
        StreamObserver<TailRequest> out = FeedServiceGrpc.newStub(channel).tail(new StreamObserver<>() {
            @Override
            public void onNext(TailBatch batch) {}

            @Override
            public void onError(Throwable cause) {
                end.complete(Status.fromThrowable(cause).getCode());
            }

            @Override
            public void onCompleted() {
                end.complete(Status.Code.OK);
            }
        });
        out.onNext(TailRequest.newBuilder()
                .setClusterId(cluster)
                .addSubscribe(Wire.position(Cursor.at(FeedLab.GENESIS)))
                .build());
        return end.orTimeout(30, java.util.concurrent.TimeUnit.SECONDS).join();
    }

    static void write(FeedNode owner, int steps) {
        for (int i = 0; i < steps; i++) {
            owner.apply(i, "value " + i + " of step " + owner.seq());
        }
    }

    static void awaitLevel(FeedNode follower, FeedNode owner) {
        await(follower.id + " level with " + owner.id, () -> follower.seq() == owner.seq());
        assertThat(follower.rows()).isEqualTo(owner.rows());
    }

    static void await(String what, java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await(what).atMost(Duration.ofSeconds(60)).until(condition);
    }

    /** Subscribes, and then never asks for a message. */
    private static final class Stalled implements ClientResponseObserver<TailRequest, TailBatch> {
        @Override
        public void beforeStart(ClientCallStreamObserver<TailRequest> out) {
            out.disableAutoRequestWithInitial(0);
            out.setOnReadyHandler(() -> out.onNext(TailRequest.newBuilder()
                    .setClusterId(FeedLab.CLUSTER)
                    .addSubscribe(Wire.position(Cursor.at(FeedLab.GENESIS)))
                    .build()));
        }

        @Override
        public void onNext(TailBatch batch) {}

        @Override
        public void onError(Throwable cause) {}

        @Override
        public void onCompleted() {}
    }

    private static final class Ignoring implements StreamObserver<TailRequest> {
        @Override
        public void onNext(TailRequest request) {}

        @Override
        public void onError(Throwable cause) {}

        @Override
        public void onCompleted() {}
    }
}
