package io.nexus.api.consensus;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Channel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.nexus.api.peer.v1.ForwardFrame;
import io.nexus.api.peer.v1.ForwardReply;
import io.nexus.api.peer.v1.ForwardServiceGrpc;
import io.nexus.api.peer.v1.ForwardedCommand;
import io.nexus.api.peer.v1.ForwardedOutcome;
import io.nexus.crdt.Token;
import io.nexus.statemachine.codec.OutcomeCodec;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of one forwarding stream, sending side. Each attempt that was sent is answered exactly once: from a reply,
 * or as unknown when the stream is given up. Sent to by one thread at a time; replies come on gRPC's threads.
 */
final class ForwardExchange implements ClientResponseObserver<ForwardFrame, ForwardReply> {
    private static final Logger LOG = LoggerFactory.getLogger(ForwardExchange.class);

    private final ForwardLink.Sender sender;
    private final Events events;
    private final Map<Long, Sent> unanswered = new ConcurrentHashMap<>();
    private final long openedNanos = System.nanoTime();
    private volatile long heardNanos = openedNanos;
    private volatile boolean wasAnswered;
    private volatile long readyNanos;
    private volatile boolean wasReady;
    private volatile boolean ended;
    private @Nullable ClientCallStreamObserver<ForwardFrame> frames;
    private long lastId;
    private boolean introduced;

    private record Sent(Attempt attempt, long nanos) {}

    /** Never blocks, never throws; any thread. */
    interface Events {
        void ready();

        /** One attempt that was sent got its answer. */
        void answered();

        void broke(ForwardExchange exchange, String why);
    }

    private ForwardExchange(ForwardLink.Sender sender, Events events) {
        this.sender = sender;
        this.events = events;
    }

    static ForwardExchange open(Channel channel, ForwardLink.Sender sender, Events events) {
        ForwardExchange exchange = new ForwardExchange(sender, events);
        ForwardServiceGrpc.newStub(channel).forward(exchange);
        return exchange;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<ForwardFrame> requests) {
        frames = requests;
        requests.setOnReadyHandler(events::ready);
    }

    /** True if a frame sent now leaves at once, over a connection that stands. */
    boolean isReady() {
        ClientCallStreamObserver<ForwardFrame> open = frames;
        boolean ready = open != null && !ended && open.isReady();
        if (ready) {
            wasReady = true;
            readyNanos = System.nanoTime();
        }
        return ready;
    }

    boolean wasReady() {
        return wasReady;
    }

    /** True if the other side ever answered on it. */
    boolean wasAnswered() {
        return wasAnswered;
    }

    /** Sends attempts that were taken, all before their deadlines. */
    void send(List<Attempt> attempts) {
        long now = System.nanoTime();
        ForwardFrame.Builder frame = ForwardFrame.newBuilder();
        if (!introduced) {
            introduced = true;
            frame.setClusterId(sender.clusterId()).setFrom(sender.nodeId());
        }
        for (Attempt attempt : attempts) {
            long id = ++lastId;
            unanswered.put(id, new Sent(attempt, now));
            frame.addCommands(ForwardedCommand.newBuilder()
                    .setId(id)
                    .setSegment(attempt.segment())
                    .setCommandId(attempt.envelope().commandId())
                    .setCommand(UnsafeByteOperations.unsafeWrap(attempt.encoded()))
                    .setBudgetMs(TimeUnit.NANOSECONDS.toMillis(attempt.deadlineNanos() - now)));
        }
        frames().onNext(frame.build());
    }

    /** How long ago the oldest attempt that has no answer was sent, or since anything was heard if that is less. */
    long silentNanos(long nowNanos) {
        long oldest = nowNanos;
        for (Sent sent : unanswered.values()) {
            oldest = Math.min(oldest, sent.nanos);
        }
        return nowNanos - Math.max(oldest, heardNanos);
    }

    /** How long nothing could be sent. */
    long blockedNanos(long nowNanos) {
        return nowNanos - (wasReady ? readyNanos : openedNanos);
    }

    /** Ends the stream; the events say so when it has ended. */
    void cancel(String why) {
        ended = true;
        frames().cancel(why, null);
    }

    /** The stream is over: what was not answered will not be. */
    void giveUp() {
        for (Long id : List.copyOf(unanswered.keySet())) {
            Sent sent = unanswered.remove(id);
            if (sent != null) {
                events.answered();
                sent.attempt.refused(Refusal.of(SubmitFailure.UNKNOWN));
            }
        }
    }

    @Override
    public void onNext(ForwardReply reply) {
        heardNanos = System.nanoTime();
        wasAnswered = true;
        for (ForwardedOutcome outcome : reply.getOutcomesList()) {
            Sent sent = unanswered.remove(outcome.getId());
            if (sent != null) {
                events.answered();
                answer(sent.attempt, outcome);
            }
        }
    }

    @Override
    public void onError(Throwable failure) {
        ended = true;
        events.broke(this, String.valueOf(failure.getMessage()));
    }

    @Override
    public void onCompleted() {
        ended = true;
        frames().onCompleted();
        events.broke(this, "closed by the other side");
    }

    private static void answer(Attempt attempt, ForwardedOutcome outcome) {
        if (!outcome.getFailure().isEmpty()) {
            attempt.refused(refusal(outcome));
            return;
        }
        Decided decided;
        try {
            Token token = new Token(attempt.segment(), outcome.getIncarnation(), outcome.getSeq());
            decided = new Decided(OutcomeCodec.decode(outcome.getOutcome().asReadOnlyByteBuffer()), token);
        } catch (RuntimeException malformed) {
            LOG.atError()
                    .addKeyValue("segment", attempt.segment())
                    .setCause(malformed)
                    .log("outcome cannot be read");
            attempt.refused(Refusal.of(SubmitFailure.UNKNOWN));
            return;
        }
        attempt.decided(decided);
    }

    private static Refusal refusal(ForwardedOutcome outcome) {
        String hint = outcome.getLeaderHint().isEmpty() ? null : outcome.getLeaderHint();
        return new Refusal(failure(outcome.getFailure()), hint, outcome.getRetryAfterMs());
    }

    /** A word of a later version means that something else happened than we know: leave it open. */
    private static SubmitFailure failure(String name) {
        for (SubmitFailure failure : SubmitFailure.values()) {
            if (failure.name().equals(name)) {
                return failure;
            }
        }
        return SubmitFailure.UNKNOWN;
    }

    private ClientCallStreamObserver<ForwardFrame> frames() {
        ClientCallStreamObserver<ForwardFrame> open = frames;
        if (open == null) {
            throw new IllegalStateException("the stream was not started");
        }
        return open;
    }
}
