package io.nexus.cli.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.AllocateResponse;
import io.nexus.api.v1.Allocation;
import io.nexus.api.v1.AllocationServiceGrpc;
import io.nexus.api.v1.LookupRequest;
import io.nexus.api.v1.LookupResponse;
import io.nexus.cli.bench.fleet.Fleet;
import io.nexus.cli.bench.fleet.UnaryCalls;
import io.nexus.cli.bench.load.Bounds;
import io.nexus.cli.bench.load.LoadResult;
import io.nexus.cli.bench.load.LoadRun;
import io.nexus.cli.bench.load.Pace;
import io.nexus.cli.bench.verify.PoolBook;
import io.nexus.cli.bench.verify.Verdict;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server that breaks the promises on purpose, over a real connection: the bench must notice. */
class DoctoredAnswersTest {
    private static final int SUBSCRIBERS = 200;
    private static final int DOUBLED = 77;

    private final Verdict verdict = new Verdict();
    private final PoolBook book = new PoolBook("p", "space", 10L << 24, 256, "s", SUBSCRIBERS, verdict);
    private final Doctored doctored = new Doctored();
    private Server server;
    private ManagedChannel channel;
    private CheckedCalls calls;

    /** Gives out 10.0.0.2, .3, ... but one address twice, and says of one holder that he holds nothing. */
    private static final class Doctored extends AllocationServiceGrpc.AllocationServiceImplBase {
        private final AtomicInteger given = new AtomicInteger(1);
        private volatile boolean doubling;

        @Override
        public void allocate(AllocateRequest request, StreamObserver<AllocateResponse> answer) {
            int last = given.incrementAndGet();
            if (doubling && last == DOUBLED) {
                last--;
            }
            answer.onNext(AllocateResponse.newBuilder()
                    .setAllocation(Allocation.newBuilder()
                            .setSubscriberId(request.getSubscriberId())
                            .setPoolId(request.getPoolId())
                            .setIp("10.0.0." + last)
                            .setPrefixLength(32))
                    .build());
            answer.onCompleted();
        }

        @Override
        public void lookupBySubscriber(LookupRequest request, StreamObserver<LookupResponse> answer) {
            answer.onNext(LookupResponse.getDefaultInstance());
            answer.onCompleted();
        }
    }

    @BeforeEach
    void start() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .directExecutor()
                .addService(doctored)
                .build()
                .start();
        channel = Fleet.connect("127.0.0.1:" + server.getPort());
        UnaryCalls node = new UnaryCalls(List.of(channel), Duration.ofSeconds(20));
        calls = new CheckedCalls(List.of(book), (pool, number) -> node);
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    private LoadResult allocateForAll() throws InterruptedException {
        Bounds bounds = new Bounds(Duration.ofMinutes(1), SUBSCRIBERS, Duration.ofSeconds(20));
        return new LoadRun(new Newcomers(calls, 0), new Pace.Closed(16), bounds, (tick, done, failed) -> {}).run();
    }

    @Test
    void rightAnswers_areNoViolations() throws InterruptedException {
        assertThat(allocateForAll().succeeded()).isEqualTo(SUBSCRIBERS);
        assertThat(verdict.answers()).isEqualTo(SUBSCRIBERS);
        assertThat(verdict.violations()).isZero();
    }

    @Test
    void oneAddressGivenTwiceAmongTwoHundred_isNoticed() throws InterruptedException {
        doctored.doubling = true;
        allocateForAll();
        assertThat(verdict.violations()).isEqualTo(1);
        assertThat(verdict.first()).singleElement().asString().contains("10.0.0.76", "was given to");
    }

    @Test
    void aHolderWhoIsNotFound_isNoticed() throws InterruptedException {
        allocateForAll();
        Bounds bounds = new Bounds(Duration.ofMinutes(1), 3, Duration.ofSeconds(20));
        new LoadRun(
                        Steps.of("lookup", ticket -> calls.lookup(0, (int) ticket.number(), ticket, 0)),
                        new Pace.Closed(1),
                        bounds,
                        (tick, done, failed) -> {})
                .run();
        assertThat(verdict.violations()).isEqualTo(3);
    }
}
