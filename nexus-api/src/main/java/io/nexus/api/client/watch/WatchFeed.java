package io.nexus.api.client.watch;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.nexus.api.client.call.Caller;
import io.nexus.api.client.node.NodeLink;
import io.nexus.api.client.node.NodeSet;
import io.nexus.api.v1.Change;
import io.nexus.api.v1.KeyValue;
import io.nexus.api.v1.Resync;
import io.nexus.api.v1.WatchRequest;
import io.nexus.api.v1.WatchResponse;
import io.nexus.api.v1.WatchServiceGrpc;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One watch that lasts: begins with a snapshot, and when a node ends it, falls silent or cannot go on from where it was,
 * goes on at another one, by the rules in {@code watch.proto}. Tries every known node, then pauses, growing and
 * jittered. Thread-safe; the listener is called under no lock but never from two calls at once: what an old call still
 * brings is dropped.
 */
public final class WatchFeed implements AutoCloseable {
    /** Nodes say something every few seconds; one that does not is dead, whatever its connection says. */
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    /** A watch that ends sooner counts as a failure: others are tried, and then there is a pause. */
    private static final long SHORT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final NodeSet nodes;
    private final Caller caller;
    private final WatchRequest filter;
    private final WatchListener listener;

    private final Set<NodeLink> tried = new HashSet<>();
    private String token = "";
    private int rounds;
    private boolean closed;
    private @Nullable Following current;

    /**
     * A watch that is not started yet.
     *
     * @param filter what to watch; its token and snapshot flag are not looked at
     */
    public WatchFeed(NodeSet nodes, Caller caller, WatchRequest filter, WatchListener listener) {
        this.nodes = nodes;
        this.caller = caller;
        this.filter = filter;
        this.listener = listener;
    }

    /** Begins to follow. Does not wait. */
    public void start() {
        connect();
    }

    private void connect() {
        Following following;
        WatchRequest request;
        synchronized (this) {
            NodeLink link = closed ? null : nodes.pick(tried, System.nanoTime());
            if (link == null) {
                if (!closed) {
                    pause();
                }
                return;
            }
            tried.add(link);
            following = new Following(link);
            current = following;
            request = filter.toBuilder().setResumeToken(token).setSnapshot(true).build();
        }
        following.start(request);
    }

    /** All nodes were tried: later again. */
    private void pause() {
        rounds++;
        tried.clear();
        caller.later(this::connect, caller.pauseNanos(rounds));
    }

    /** The node that is followed ended it, or is left; another one is tried. */
    private void leave(Following following, String why) {
        synchronized (this) {
            if (current != following) {
                return;
            }
            current = null;
        }
        following.cancel(why);
        listener.interrupted(why);
        connect();
    }

    @Override
    public void close() {
        Following following;
        synchronized (this) {
            closed = true;
            following = current;
            current = null;
        }
        if (following != null) {
            following.cancel("the watch was closed");
        }
    }

    /** One call to one node. */
    private final class Following implements StreamObserver<WatchResponse> {
        private final NodeLink link;
        private final ClientCall<WatchRequest, WatchResponse> call;
        private final long startNanos = System.nanoTime();
        private boolean inSnapshot;
        private volatile long heardNanos = System.nanoTime();

        Following(NodeLink link) {
            this.link = link;
            this.call = link.channel().newCall(WatchServiceGrpc.getWatchMethod(), CallOptions.DEFAULT);
        }

        void start(WatchRequest request) {
            // Without a token everything that comes first is the snapshot, even if nothing comes.
            if (request.getResumeToken().isEmpty()) {
                snapshotBegins();
            }
            ClientCalls.asyncServerStreamingCall(call, request, this);
            caller.later(this::checkSilence, SILENCE_NANOS / 2);
        }

        void cancel(String why) {
            call.cancel(why, null);
        }

        private void checkSilence() {
            if (!isCurrent()) {
                return;
            }
            if (System.nanoTime() - heardNanos > SILENCE_NANOS) {
                link.avoid(System.nanoTime(), SILENCE_NANOS);
                leave(this, "the node fell silent");
            } else {
                caller.later(this::checkSilence, SILENCE_NANOS / 2);
            }
        }

        private boolean isCurrent() {
            synchronized (WatchFeed.this) {
                return current == this;
            }
        }

        private void snapshotBegins() {
            inSnapshot = true;
            listener.snapshotBegins();
        }

        @Override
        public void onNext(WatchResponse response) {
            heardNanos = System.nanoTime();
            synchronized (WatchFeed.this) {
                if (current != this) {
                    return;
                }
                if (heardNanos - startNanos > SHORT_NANOS) {
                    tried.clear();
                    rounds = 0;
                }
            }
            tell(response);
            if (!response.getResumeToken().isEmpty()) {
                synchronized (WatchFeed.this) {
                    token = response.getResumeToken();
                }
            }
        }

        private void tell(WatchResponse response) {
            switch (response.getEventCase()) {
                case SNAPSHOT -> {
                    if (!inSnapshot) {
                        snapshotBegins();
                    }
                    response.getSnapshot().getEntriesList().forEach(entry -> listener.put(entry, null));
                }
                case SNAPSHOT_END -> {
                    inSnapshot = false;
                    listener.snapshotEnds();
                }
                case CHANGES -> response.getChanges().getChangesList().forEach(this::tell);
                case PROGRESS -> listener.progress(response.getProgress().getStalenessMs());
                case RESYNC -> resync(response.getResync());
                case EVENT_NOT_SET -> listener.progress(-1); // of a later version: a sign of life
            }
        }

        private void tell(Change change) {
            KeyValue previous = change.hasPrevious() ? change.getPrevious() : null;
            if (change.getType() == Change.Type.DELETE) {
                listener.delete(change.getEntry().getKey(), previous);
            } else if (change.getType() == Change.Type.PUT) {
                listener.put(change.getEntry(), previous);
            }
        }

        private void resync(Resync resync) {
            if (resync.getSnapshotFollows()) {
                synchronized (WatchFeed.this) {
                    token = "";
                }
                snapshotBegins();
                return;
            }
            synchronized (WatchFeed.this) {
                if (resync.getReason() != Resync.Reason.NODE_BEHIND) {
                    token = "";
                }
            }
            leave(this, resync.getMessage());
        }

        @Override
        public void onError(Throwable thrown) {
            Status status = Status.fromThrowable(thrown);
            if (status.getCode() == Status.Code.UNAVAILABLE) {
                link.avoid(System.nanoTime(), SHORT_NANOS);
            }
            leave(this, status.getDescription() == null ? status.getCode().name() : status.getDescription());
        }

        @Override
        public void onCompleted() {
            leave(this, "the node ended the watch");
        }
    }
}
