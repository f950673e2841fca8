package io.nexus.api.watch;

import io.nexus.api.error.Problem;
import io.nexus.api.watch.WatchEvent.Cause;
import io.nexus.api.watch.WatchPart.Fallen;
import io.nexus.statemachine.model.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One watcher: a place in each stream and nothing queued. Sends while the transport takes it. Serving thread only.
 */
final class WatchSession {
    private static final int CHANGES_MAX = 256;
    /** After so many events others have their turn. */
    private static final int EVENTS_MAX = 16;

    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long AWAIT_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long SNAPSHOT_STALL_NANOS = TimeUnit.SECONDS.toNanos(30);
    /** Somebody who takes nothing for so long is probably not there any more. */
    private static final long STALL_NANOS = TimeUnit.MINUTES.toNanos(3);

    private static final long SNAPSHOT_NANOS = TimeUnit.MINUTES.toNanos(10);

    final WatchFilter filter;
    final String transport;
    private final WatchSink sink;
    private final WatchLoop loop;
    private final int cluster;
    private final boolean wantsSnapshot;
    private final List<SegmentTail> tails;
    private final List<SourceTail> sources;
    private final List<WatchPart> parts = new ArrayList<>();

    private boolean scanning;
    private boolean settled;
    private boolean fetching;
    private @Nullable WatchPart pageOf;
    private Scan.@Nullable Page page;
    private long sentNanos = System.nanoTime();
    private long phaseNanos = System.nanoTime();
    private long readyNanos = System.nanoTime();
    private boolean ended;

    WatchSession(Setup setup, WatchSink sink, WatchLoop loop, List<SegmentTail> tails, List<SourceTail> sources) {
        this.filter = setup.filter;
        this.transport = setup.transport;
        this.cluster = setup.cluster;
        this.wantsSnapshot = setup.snapshot;
        this.sink = sink;
        this.loop = loop;
        this.tails = tails;
        this.sources = sources;
        parts.addAll(tails);
        parts.addAll(sources);
    }

    /** What is watched and how. */
    record Setup(WatchFilter filter, boolean snapshot, String transport, int cluster) {}

    /* --------------- begin --------------- */

    /** @param token null: without a place to go on from */
    void begin(@Nullable WatchToken token) {
        try {
            if (token != null) {
                resume(token);
            } else if (wantsSnapshot) {
                snapshot();
            } else {
                tails.forEach(SegmentTail::fromHere);
                settled = true;
                send(new WatchEvent.Progress(loop.stalenessMillis(filter)), 1); // so that there is a token
            }
            pump();
        } catch (Fallen e) {
            fall(e);
        }
    }

    private void resume(WatchToken token) throws Fallen {
        if (token.cluster() != cluster || token.places().size() != tails.size()) {
            throw new Fallen(Cause.OTHER_CLUSTER, "the token is of another cluster");
        }
        if (token.filter() != filter.fold()) {
            throw otherFilter();
        }
        for (SourceTail source : sources) {
            String position = token.sources().get(source.name());
            if (position == null) {
                throw otherFilter();
            }
            source.resume(position);
        }
        for (int i = 0; i < tails.size(); i++) {
            tails.get(i).resume(token.places().get(i));
        }
    }

    private static Fallen otherFilter() {
        return new Fallen(Cause.OTHER_FILTER, "the token is of a watch for something else");
    }

    private void snapshot() {
        scanning = true;
        settled = false;
        phaseNanos = System.nanoTime();
        page = null;
        pageOf = null;
        parts.forEach(WatchPart::snapshot);
    }

    /* --------------- news --------------- */

    void mark(int stream, long seq) {
        tails.get(stream).mark(seq);
    }

    void jumped(int stream, Cause why) {
        try {
            tails.get(stream).jumped(why);
        } catch (Fallen e) {
            fall(e);
        }
    }

    void sourcesWoken() {
        sources.forEach(SourceTail::woken);
        pump();
    }

    /* --------------- sending --------------- */

    /** Sends what there is as long as the transport takes it. */
    void pump() {
        try {
            int events = 0;
            boolean more = !ended;
            while (more && sink.ready() && events < EVENTS_MAX) {
                more = sendNext();
                events += more ? 1 : 0;
            }
            if (events == EVENTS_MAX) {
                loop.later(this);
            }
        } catch (Fallen e) {
            fall(e);
        } catch (RuntimeException e) {
            loop.broken(this, e);
        }
    }

    /** False if there is nothing to send. */
    private boolean sendNext() throws Fallen {
        if (!settled && !scanning) {
            settled = allSettled();
            if (!settled) {
                return false; // one stream must not run ahead of a token that others have not reached
            }
        }
        List<WatchChange> changes = new ArrayList<>();
        for (WatchPart part : parts) {
            if (changes.size() < CHANGES_MAX) {
                changes.addAll(part.changes(CHANGES_MAX - changes.size()));
            }
        }
        if (!changes.isEmpty()) {
            send(new WatchEvent.Changes(changes), changes.size());
            return true;
        }
        return scanning && sendPage();
    }

    private boolean sendPage() throws Fallen {
        Scan.Page read = page;
        WatchPart of = pageOf;
        if (read == null || of == null) {
            return fetchOrFinish();
        }
        page = null;
        if (read.last()) {
            of.scanned(read.seq());
        }
        if (!read.found().isEmpty()) {
            send(new WatchEvent.Snapshot(read.found()), read.found().size());
        }
        return true;
    }

    /** Reads the next page on a bulk thread; true if there was none left and the end was told. */
    private boolean fetchOrFinish() throws Fallen {
        if (fetching || page != null) {
            return false;
        }
        for (WatchPart part : parts) {
            Scan scan = part.scan();
            if (scan != null) {
                fetching = true;
                loop.fetch(this, part, scan);
                return false;
            }
        }
        if (!allSettled()) {
            return false;
        }
        return finish();
    }

    private boolean finish() {
        scanning = false;
        settled = true;
        send(new WatchEvent.SnapshotEnd(), 1);
        return true;
    }

    /** A page was read; null if it could not be. */
    void fetched(WatchPart part, Scan scan, Scan.@Nullable Page read) {
        fetching = false;
        if (ended) {
            return;
        }
        if (part.scan() == scan) {
            if (read == null) {
                end(Problem.of(Reason.STALE_READ, "a copy on this node is being replaced: ask another node"));
                return;
            }
            page = read;
            pageOf = part;
        }
        pump();
    }

    private boolean allSettled() throws Fallen {
        for (WatchPart part : parts) {
            if (!part.settled()) {
                return false;
            }
        }
        return true;
    }

    private void send(WatchEvent event, int weight) {
        sentNanos = System.nanoTime();
        loop.metrics().sent(weight);
        sink.send(event, settled ? token() : "");
    }

    private String token() {
        WatchToken.Place[] places = new WatchToken.Place[tails.size()];
        TreeMap<String, String> positions = new TreeMap<>();
        WatchPart.TokenDraft draft = new WatchPart.TokenDraft() {
            @Override
            public void place(int stream, WatchToken.Place place) {
                places[stream] = place;
            }

            @Override
            public void source(String name, String position) {
                positions.put(name, position);
            }
        };
        parts.forEach(part -> part.mark(draft));
        return new WatchToken(cluster, filter.fold(), List.of(places), positions).encode();
    }

    /* --------------- time --------------- */

    /** Says that all is well where nothing else was said for a while, and ends what takes too long. */
    void tick(long now) {
        if (ended) {
            return;
        }
        pump();
        if (ended) {
            return;
        }
        boolean quiet = now - sentNanos > QUIET_NANOS;
        boolean ready = sink.ready();
        readyNanos = ready ? now : readyNanos;
        long stalled = now - readyNanos;
        if (settled && quiet && ready && lag() == 0) {
            send(new WatchEvent.Progress(loop.stalenessMillis(filter)), 1);
        } else if (!settled && !scanning && now - phaseNanos > AWAIT_NANOS) {
            WatchEvent behind = new WatchEvent.Resync(
                    Cause.NODE_BEHIND, "this node has not come as far as the token: ask another node", false);
            loop.metrics().resync(Cause.NODE_BEHIND);
            send(behind, 1);
            end(null);
        } else if (scanning && (stalled > SNAPSHOT_STALL_NANOS || now - phaseNanos > SNAPSHOT_NANOS)) {
            end(Problem.of(Reason.OVERLOADED, "the snapshot was taken too slowly: it holds back this node's store"));
        } else if (stalled > STALL_NANOS) {
            end(Problem.of(Reason.OVERLOADED, "the watcher took nothing for minutes"));
        }
    }

    /** Steps behind what this node has, most of all streams. */
    long lag() {
        long most = 0;
        for (WatchPart part : parts) {
            most = Math.max(most, part.lag());
        }
        return most;
    }

    /* --------------- end --------------- */

    private void fall(Fallen fallen) {
        if (ended) {
            return;
        }
        loop.metrics().resync(fallen.why());
        settled = false;
        send(new WatchEvent.Resync(fallen.why(), String.valueOf(fallen.getMessage()), wantsSnapshot), 1);
        if (wantsSnapshot) {
            snapshot();
            loop.later(this);
        } else {
            end(null);
        }
    }

    void end(@Nullable Problem why) {
        if (close()) {
            sink.end(why);
        }
    }

    /** The other end has gone. False if it is over already. */
    boolean close() {
        if (ended) {
            return false;
        }
        ended = true;
        parts.forEach(WatchPart::close);
        loop.forget(this);
        return true;
    }
}
