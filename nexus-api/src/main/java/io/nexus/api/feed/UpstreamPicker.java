package io.nexus.api.feed;

import io.nexus.crdt.Position;
import io.nexus.crdt.StreamReceiver;
import io.nexus.crdt.Upstream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whom one stream follows, and when it leaves whom it has: remembers who failed, who is full, and whom the full ones
 * named instead. Writer thread only.
 */
final class UpstreamPicker {
    private static final Logger LOG = LoggerFactory.getLogger(UpstreamPicker.class);
    /** Without an upstream, a node that was full is asked again after so long; with one, it is not so urgent. */
    private static final long FULL_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final long FULL_CALM_NANOS = TimeUnit.SECONDS.toNanos(60);
    /** More nodes between a member and this one than a tree of any cluster has. */
    private static final int VIA_MAX = 8;

    private final int stream;
    private final FollowContext node;
    private final Avoided avoided = new Avoided();
    private final UpstreamWatch watch = new UpstreamWatch();
    private final Map<String, Long> fullAt = new HashMap<>();
    private final Set<String> named = new LinkedHashSet<>();
    private List<String> via = List.of();

    UpstreamPicker(int stream, FollowContext node) {
        this.stream = stream;
        this.node = node;
    }

    /** Whom to follow now; empty if nobody fits. */
    Optional<Upstream> pick(StreamReceiver receiver, long now) {
        return choose(receiver, now, false);
    }

    /** Like {@link #pick}, but a node that failed a moment ago is better than none. */
    Optional<Upstream> pickAnother(StreamReceiver receiver, long now) {
        Optional<Upstream> other = choose(receiver, now, false);
        return other.isPresent() ? other : choose(receiver, now, true);
    }

    private Optional<Upstream> choose(StreamReceiver receiver, long now, boolean anybody) {
        Optional<Upstream> chosen = node.upstreams()
                .choose(
                        stream,
                        new UpstreamChoice.Terms(
                                peer -> (anybody || avoided.allows(peer, now)) && !isFull(peer, now, FULL_NANOS),
                                receiver::tooOldAt,
                                List.copyOf(named)),
                        receiver.position(),
                        receiver.suspect() || receiver.superseded());
        chosen.ifPresent(upstream -> watch.chosen(now));
        return chosen;
    }

    /** What is to be said of the upstream that is followed. */
    UpstreamWatch.Finding look(String upstream, Position here, long now) {
        UpstreamWatch.Finding finding = watch.look(
                now,
                node.tails().heardNanos(upstream, now),
                here.seq(),
                node.upstreams().known(stream, here.incarnation(), upstream),
                node.upstreams().bestKnown(stream, here.incarnation()));
        if (finding != UpstreamWatch.Finding.FINE) {
            LOG.atInfo()
                    .addKeyValue("stream", stream)
                    .addKeyValue("upstream", upstream)
                    .addKeyValue("finding", finding)
                    .log("upstream does not do its duty");
        }
        return finding;
    }

    /** True if a relay is followed though a member could be. */
    boolean betterThan(String upstream, StreamReceiver receiver, long now) {
        return node.upstreams()
                .betterThan(
                        stream,
                        upstream,
                        peer -> avoided.allows(peer, now) && !isFull(peer, now, FULL_CALM_NANOS),
                        receiver::tooOldAt);
    }

    void failed(String peer, long now) {
        avoided.add(peer, now);
    }

    void succeeded() {
        avoided.succeeded();
    }

    /** The peer takes no more followers of this stream; these are followers of it. */
    void full(String peer, List<String> instead, long now) {
        if (fullAt.values().stream().allMatch(at -> now - at > FULL_NANOS)) {
            named.clear(); // what was named then may be gone
        }
        fullAt.put(peer, now);
        instead.stream().filter(id -> !id.equals(node.peers().selfId())).forEach(named::add);
    }

    /**
     * True if what comes that way comes from this node itself, or from too far. Each node tells its followers the way by
     * which it gets the stream, so whoever closes a ring hears its own name.
     */
    boolean goesInCircles(List<String> via) {
        return via.contains(node.peers().selfId()) || via.size() >= VIA_MAX;
    }

    /** Tells this node's followers by which way the stream comes. */
    void comesBy(List<String> toUpstream, String upstream) {
        List<String> way = new ArrayList<>(toUpstream);
        way.add(upstream);
        tell(way);
    }

    void comesFromNobody() {
        tell(List.of());
    }

    private void tell(List<String> way) {
        if (!way.equals(via)) {
            via = List.copyOf(way);
            node.listener().onUpstream(stream, via);
        }
    }

    private boolean isFull(String peer, long now, long forNanos) {
        Long at = fullAt.get(peer);
        return at != null && now - at <= forNanos;
    }
}
