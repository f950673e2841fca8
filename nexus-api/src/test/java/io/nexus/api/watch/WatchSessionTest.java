package io.nexus.api.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.error.Problem;
import io.nexus.api.service.TestLog;
import io.nexus.api.watch.WatchEvent.Cause;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a session does as time passes, on the test's thread. */
class WatchSessionTest {
    private static final PoolEntry HOMES = TestLog.pool("homes", "10.1.0.0/24", 1, 1);

    private final WatchNode ahead = new WatchNode(100, 10, List.of());
    private final WatchNode behind = new WatchNode(100, 10, List.of());
    private final Heard heard = new Heard();

    @AfterEach
    void close() {
        ahead.close();
        behind.close();
    }

    @Test
    void tokenThatTheNodeDoesNotReach_isGivenUpAfterTenSeconds() {
        TestLog log = new TestLog(1, ahead.store, ahead.listener);
        session(ahead).begin(null);
        WatchToken token = WatchToken.decode(heard.token).orElseThrow();
        log.open(HOMES);
        log.allocate(HOMES, "ann");
        List<WatchToken.Place> places = new ArrayList<>(token.places());
        places.set(1, new WatchToken.Place(1, places.get(1).branch(), 2));
        heard.events.clear();

        WatchSession session = session(behind);
        session.begin(new WatchToken(token.cluster(), token.filter(), places, token.sources()));
        session.tick(in(9));
        assertThat(heard.events).isEmpty();
        session.tick(in(11));
        assertThat(heard.events).hasSize(1).first().isInstanceOfSatisfying(WatchEvent.Resync.class, resync -> {
            assertThat(resync.cause()).isEqualTo(Cause.NODE_BEHIND);
            assertThat(resync.snapshotFollows()).isFalse();
        });
        assertThat(heard.ended).isTrue();
        assertThat(heard.why).isNull();
    }

    @Test
    void quietWatch_givesSignsOfLife() {
        WatchSession session = session(ahead);
        session.begin(null);
        session.tick(in(1));
        session.tick(in(4));
        assertThat(heard.events).containsExactly(new WatchEvent.Progress(5), new WatchEvent.Progress(5));
        assertThat(heard.token).isNotEmpty();
    }

    @Test
    void watcherThatTakesNothing_isSentAwayInTheEnd() {
        WatchSession session = session(ahead);
        session.begin(null);
        heard.ready = false;
        session.tick(in(170));
        assertThat(heard.ended).isFalse();
        session.tick(in(190));
        assertThat(heard.ended).isTrue();
        assertThat(Objects.requireNonNull(heard.why).reason()).isEqualTo(Reason.OVERLOADED);
    }

    private static long in(int seconds) {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    }

    private WatchSession session(WatchNode node) {
        WatchFilter filter = WatchFilter.of(new Watches.Request(List.of(), List.of(), List.of(), "", false), Set.of());
        List<SegmentTail> tails = new ArrayList<>();
        for (int stream = 0; stream <= WatchNode.SEGMENTS; stream++) {
            Lane lane = new Lane(stream, node.hub.ring(stream));
            lane.jumped(lane.ring.view());
            tails.add(new SegmentTail(lane, node.hub, filter));
        }
        WatchLoop loop = new WatchLoop(node.hub, new WatchNode.View(), new WatchMetrics(node.meters), transport -> {});
        return new WatchSession(new WatchSession.Setup(filter, false, "grpc", 1), heard, loop, tails, List.of());
    }

    private static final class Heard implements WatchSink {
        private final List<WatchEvent> events = new ArrayList<>();
        private String token = "";
        private boolean ready = true;
        private boolean ended;
        private @Nullable Problem why;

        @Override
        public boolean ready() {
            return ready;
        }

        @Override
        public void send(WatchEvent event, String newToken) {
            events.add(event);
            token = newToken;
        }

        @Override
        public void end(@Nullable Problem problem) {
            ended = true;
            why = problem;
        }
    }
}
