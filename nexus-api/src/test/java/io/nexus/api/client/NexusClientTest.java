package io.nexus.api.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.nexus.api.client.call.Failure;
import io.nexus.api.error.Problem;
import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.AllocateResponse;
import io.nexus.api.v1.Consistency;
import io.nexus.api.v1.DeletePoolResponse;
import io.nexus.api.v1.LookupResponse;
import io.nexus.statemachine.model.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the client does with nodes that answer badly, late, or not at all; over real connections. */
final class NexusClientTest {
    private static final AllocateRequest WALTER = AllocateRequest.newBuilder()
            .setSubscriberId("walter")
            .setPoolId("p")
            .build();
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final List<AutoCloseable> open = new ArrayList<>();
    private final ScriptedNode one = keep(new ScriptedNode("one"));
    private final ScriptedNode two = keep(new ScriptedNode("two"));

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable part : open) {
            part.close();
        }
    }

    private <T extends AutoCloseable> T keep(T part) {
        open.add(0, part);
        return part;
    }

    private NexusClient client(ScriptedNode... nodes) {
        return keep(new NexusClient(settings(nodes)));
    }

    private static ClientSettings settings(ScriptedNode... nodes) {
        return ClientSettings.only(
                Arrays.stream(nodes).map(ScriptedNode::address).toList(), TIMEOUT);
    }

    private static <R> Outcome<R> outcome(CompletableFuture<R> call) {
        return Outcome.of(call).orTimeout(20, TimeUnit.SECONDS).join();
    }

    private static Problem busy(long millis) {
        return Problem.retry(Reason.OVERLOADED, Duration.ofMillis(millis), "busy");
    }

    /* --------------- what is repeated --------------- */

    @Test
    void rejected_isNeverRepeated_andSaysWhy() {
        one.always(ScriptedNode.fails(Problem.of(Reason.POOL_EXHAUSTED, "full")));
        two.always(ScriptedNode.fails(Problem.of(Reason.POOL_EXHAUSTED, "full")));
        Outcome<AllocateResponse> outcome = outcome(client(one, two).allocate(WALTER));

        assertThat(outcome).isEqualTo(new Outcome.Rejected<>("POOL_EXHAUSTED", "", "full"));
        assertThat(one.allocates.size() + two.allocates.size()).isEqualTo(1);
    }

    @Test
    void noLeader_goesToTheNextNodeAtOnce_underTheSameRequestId() {
        one.always(ScriptedNode.fails(Problem.retry(Reason.NO_LEADER, Duration.ofSeconds(30), "no owner")));
        NexusClient client = client(one, two);
        for (int i = 0; i < 20; i++) {
            assertThat(outcome(client.allocate(WALTER)).value().getIp()).isEqualTo("two");
        }
        assertThat(one.allocates).as("the node is healthy and asked again").isNotEmpty();
        assertThat(two.allocates)
                .extracting(AllocateRequest::getRequestId)
                .doesNotContain("")
                .doesNotHaveDuplicates()
                .containsAll(one.allocates.stream()
                        .map(AllocateRequest::getRequestId)
                        .toList());
    }

    @Test
    void requestId_ofTheCaller_isKept() {
        outcome(client(one).allocate(WALTER.toBuilder().setRequestId("mine").build()));
        assertThat(one.allocates.get(0).getRequestId()).isEqualTo("mine");
    }

    @Test
    void overloaded_isAskedAgainAfterTheTimeThatTheNodeGave_andNotThroughAnother() {
        one.then(ScriptedNode.fails(busy(400)));
        two.then(ScriptedNode.fails(busy(400)));
        NexusClient client = client(one, two);
        long begin = System.nanoTime();
        outcome(client.allocate(WALTER)).value();

        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isGreaterThanOrEqualTo(
                        Duration.ofMillis(400 * client.stats().calls().retries()));
        assertThat(client.stats().calls().retries()).isPositive();
    }

    @Test
    void silentNode_isLeftForTheNext_andAvoidedAfterwards() {
        one.always(ScriptedNode.SILENCE);
        NexusClient client = keep(new NexusClient(settings(one, two).withAttemptTimeout(Duration.ofMillis(200))));
        for (int i = 0; i < 30; i++) {
            assertThat(outcome(client.allocate(WALTER)).value().getIp()).isEqualTo("two");
        }
        assertThat(one.allocates.size())
                .as("asked once or twice, then left alone")
                .isBetween(1, 5);
        assertThat(client.stats().nodes())
                .filteredOn(node -> node.address().equals(one.address()))
                .allMatch(node -> node.failures() == one.allocates.size());
    }

    /* --------------- what is known of the effect --------------- */

    @Test
    void nobodyThere_isNotDone() throws IOException {
        Outcome<AllocateResponse> outcome =
                outcome(keep(new NexusClient(List.of("127.0.0.1:" + closedPort()), Duration.ofMillis(700)))
                        .allocate(WALTER));
        assertThat(outcome).isInstanceOf(Outcome.NotDone.class);
        assertThat(((Outcome.NotDone<AllocateResponse>) outcome).message()).startsWith("cannot reach a node");
    }

    @Test
    void silence_isUnknown_andNamesTheRequestToRepeat() {
        one.always(ScriptedNode.SILENCE);
        Outcome<AllocateResponse> outcome =
                outcome(keep(new NexusClient(List.of(one.address()), Duration.ofMillis(300)))
                        .allocate(WALTER));
        assertThat(outcome).isInstanceOf(Outcome.Unknown.class);
        assertThat(((Outcome.Unknown<AllocateResponse>) outcome).requestId())
                .isEqualTo(one.allocates.get(0).getRequestId())
                .hasSize(24);
    }

    @Test
    void silenceAndThenNoLeader_isStillUnknown() {
        one.then(ScriptedNode.SILENCE).always(ScriptedNode.fails(busy(100)));
        two.then(ScriptedNode.SILENCE).always(ScriptedNode.fails(busy(100)));
        NexusClient client =
                keep(new NexusClient(ClientSettings.only(List.of(one.address(), two.address()), Duration.ofMillis(900))
                        .withAttemptTimeout(Duration.ofMillis(100))));
        Outcome<AllocateResponse> outcome = outcome(client.allocate(WALTER));
        assertThat(outcome).isInstanceOf(Outcome.Unknown.class);
        assertThat(one.allocates.size() + two.allocates.size()).isGreaterThan(2);
    }

    @Test
    void noLeaderToTheEnd_isNotDone_inTheWordsOfTheNode() {
        one.always(ScriptedNode.fails(Problem.retry(Reason.NO_LEADER, Duration.ofMillis(100), "no owner in reach")));
        NexusClient client = keep(new NexusClient(List.of(one.address()), Duration.ofMillis(600)));
        Outcome<AllocateResponse> outcome = outcome(client.allocate(WALTER));
        assertThat(outcome)
                .isEqualTo(new Outcome.NotDone<>(
                        "NO_LEADER", "no owner in reach", java.util.Optional.of(Duration.ofMillis(100))));
        assertThat(one.allocates.size()).isBetween(2, 7);
    }

    @Test
    void lookup_isNeverUnknown() {
        one.always(ScriptedNode.SILENCE);
        Outcome<LookupResponse> outcome = outcome(keep(new NexusClient(List.of(one.address()), Duration.ofMillis(200)))
                .lookupBySubscriber("walter", ReadAt.LOCAL));
        assertThat(outcome).isInstanceOf(Outcome.NotDone.class);
    }

    @Test
    void deletePool_isNotRepeated_whereItMayHaveHappened() {
        one.always(ScriptedNode.SILENCE);
        two.always(ScriptedNode.SILENCE);
        NexusClient client = keep(new NexusClient(settings(one, two).withAttemptTimeout(Duration.ofMillis(150))));
        Outcome<DeletePoolResponse> outcome = outcome(client.deletePool("p"));
        assertThat(outcome).isInstanceOf(Outcome.Unknown.class);
        assertThat(one.deletes.size() + two.deletes.size()).isEqualTo(1);
    }

    @Test
    void oneDeadline_coversAttemptsAndPauses() {
        one.always(ScriptedNode.fails(Status.UNAVAILABLE.asRuntimeException()));
        long begin = System.nanoTime();
        outcome(keep(new NexusClient(List.of(one.address()), Duration.ofMillis(500)))
                .allocate(WALTER));
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMillis(1_500));
    }

    /* --------------- limits and closing --------------- */

    @Test
    void moreCallsThanTheLimit_areRefusedAtOnce() {
        one.always(ScriptedNode.SILENCE);
        NexusClient client = keep(new NexusClient(settings(one).withUnderWayMax(2)));
        client.allocate(WALTER);
        client.allocate(WALTER);
        Outcome<AllocateResponse> third = outcome(client.allocate(WALTER));
        assertThat(((Outcome.NotDone<AllocateResponse>) third).reason()).isEqualTo(Failure.CLIENT_BUSY);
        assertThat(client.stats().underWay()).isEqualTo(2);
        assertThat(client.stats().calls().refused()).isEqualTo(1);
    }

    @Test
    void close_endsEveryCall_alsoThoseThatPause() {
        one.always(ScriptedNode.fails(busy(4_000)));
        two.always(ScriptedNode.SILENCE);
        NexusClient pausing = client(one);
        NexusClient waiting = client(two);
        CompletableFuture<AllocateResponse> paused = pausing.allocate(WALTER);
        CompletableFuture<AllocateResponse> underWay = waiting.allocate(WALTER);
        Awaitility.await("both got there").until(() -> !one.allocates.isEmpty() && !two.allocates.isEmpty());
        pausing.close();
        waiting.close();

        assertThat(outcome(paused)).isInstanceOf(Outcome.NotDone.class);
        assertThat(outcome(underWay)).as("the node has it").isInstanceOf(Outcome.Unknown.class);
        assertThat(outcome(waiting.allocate(WALTER)).toString()).contains(Failure.CLIENT_CLOSED);
        assertThat(waiting.stats().underWay()).isZero();
    }

    @Test
    void blockingCall_inAContinuation_isRefused() {
        CompletableFuture<StreamObserver<?>> asked = new CompletableFuture<>();
        one.then(asked::complete);
        BlockingNexus blocking = client(one).blocking();
        CompletableFuture<?> inside = client(one)
                .allocate(WALTER)
                .handle((response, failure) -> blocking.allocate(WALTER).value());
        asked.orTimeout(20, TimeUnit.SECONDS).join().onError(Status.NOT_FOUND.asRuntimeException());

        assertThatThrownBy(inside::join).hasRootCauseInstanceOf(IllegalStateException.class);
        assertThat(blocking.allocate(WALTER).value().getIp())
                .as("here it may wait")
                .isEqualTo("one");
    }

    /* --------------- names, health, hedging --------------- */

    @Test
    void name_isLookedUp_andAnUnknownOneSaysSo() {
        NexusClient client = keep(new NexusClient(List.of("localhost:" + one.port()), TIMEOUT));
        assertThat(outcome(client.allocate(WALTER)).value().getIp()).isEqualTo("one");
        assertThat(client.stats().nodes())
                .allMatch(node -> node.address().endsWith(":" + one.port())
                        && !node.address().startsWith("l"));

        NexusClient lost = keep(new NexusClient(List.of("nowhere.invalid:9000"), Duration.ofMillis(400)));
        assertThat(outcome(lost.allocate(WALTER)).toString()).contains("nowhere.invalid");
        assertThatThrownBy(() -> new NexusClient(List.of("no-port"), TIMEOUT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("HOST:PORT");
    }

    @Test
    void deadNode_isAskedAgainWhenItIsBack() throws IOException {
        int port = closedPort();
        NexusClient client = keep(new NexusClient(List.of("127.0.0.1:" + port), TIMEOUT));
        CompletableFuture<AllocateResponse> early = client.allocate(WALTER);
        ScriptedNode late = keep(new ScriptedNode("late", port));
        assertThat(outcome(early).value().getIp()).isEqualTo("late");
        late.close();
    }

    @Test
    void slowLookup_isSentToASecondNode_withinItsShare() {
        NexusClient client = keep(new NexusClient(settings(one, two).withHedgeShare(0.05)));
        for (int i = 0; i < 200; i++) {
            outcome(client.lookupBySubscriber("walter", ReadAt.LOCAL)).value();
        }
        long before = client.stats().calls().hedges();
        long begin = System.nanoTime();
        while (client.stats().calls().hedgesWon() == 0 && System.nanoTime() - begin < 10_000_000_000L) {
            String preferred = outcome(client.lookupBySubscriber("walter", ReadAt.LOCAL))
                    .value()
                    .getAnsweredBy();
            (preferred.equals("one") ? one : two).then(ScriptedNode.SILENCE);
            outcome(client.lookupBySubscriber("walter", ReadAt.LOCAL)).value();
        }
        assertThat(client.stats().calls().hedgesWon()).isPositive();
        assertThat(before).isLessThanOrEqualTo(11);
    }

    /* --------------- freshness --------------- */

    @Test
    void session_readsItsOwnWrites() {
        NexusClient client = client(one);
        NexusSession session = client.session();
        outcome(session.allocate(WALTER)).value();
        outcome(session.lookupBySubscriber("walter", "p")).value();
        outcome(session.lookupBySubscriber("walter")).value();
        outcome(session.lookupBySubscriber("walter", "q")).value();
        outcome(session.lookupBySubscriber("somebody")).value();
        outcome(session.allocate(WALTER.toBuilder().setPoolId("q").build())).value();
        outcome(session.lookupBySubscriber("walter")).value();

        assertThat(one.lookups)
                .extracting(lookup -> lookup.getConsistency())
                .containsExactly(
                        token("token-of-walter-p"),
                        token("token-of-walter-p"),
                        Consistency.getDefaultInstance(),
                        Consistency.getDefaultInstance(),
                        Consistency.newBuilder().setOwner(true).build());
    }

    private static Consistency token(String token) {
        return Consistency.newBuilder().setToken(token).build();
    }

    @Test
    void readAt_saysWhatIsAskedFor() {
        assertThat(ReadAt.LOCAL.consistency()).isEqualTo(Consistency.getDefaultInstance());
        assertThat(ReadAt.atMostStale(Duration.ofMillis(250)).consistency().getMaxStalenessMs())
                .isEqualTo(250);
        assertThat(ReadAt.atMostStale(Duration.ofNanos(1)).consistency().getMaxStalenessMs())
                .as("a bound stays a bound")
                .isEqualTo(1);
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
