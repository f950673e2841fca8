package io.nexus.api.client.node;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that may be asked: those that the caller named, those that their names resolve to, and those that the
 * cluster told of, up to a limit. Thread-safe; nothing blocks.
 */
public final class NodeSet implements AutoCloseable {
    /** So many failures in a row, over half a minute of being asked less and less, and nobody relies on a node. */
    private static final int DEAD_FAILURES = 10;

    /** Costs that differ less are alike: nodes that are equally good share the calls. */
    private static final double ALIKE = 1.5;

    private final int nodesMax;
    private final Map<HostAndPort, NodeLink> links = new LinkedHashMap<>();
    private volatile List<NodeLink> all = List.of();
    private boolean closed;

    /** @param nodesMax connections at most, at least one */
    public NodeSet(int nodesMax) {
        this.nodesMax = nodesMax;
    }

    /**
     * Adds the node unless it is known. At the limit it takes the place of one that has not answered for long: names
     * lose addresses, and nodes go for good.
     *
     * @return null if there is no room
     */
    public synchronized @Nullable NodeLink add(HostAndPort address) {
        NodeLink known = links.get(address);
        if (known != null || closed || (links.size() >= nodesMax && !dropDead())) {
            return known;
        }
        NodeLink link = new NodeLink(address);
        links.put(address, link);
        all = List.copyOf(links.values());
        return link;
    }

    private boolean dropDead() {
        NodeLink worst = null;
        for (NodeLink link : links.values()) {
            if (link.failuresInARow() >= DEAD_FAILURES
                    && (worst == null || link.failuresInARow() > worst.failuresInARow())) {
                worst = link;
            }
        }
        if (worst != null) {
            links.remove(worst.address());
            worst.close();
        }
        return worst != null;
    }

    /**
     * A node of the cluster, by the word of one of them.
     *
     * @param grpcAddress as the cluster spells it; one that nobody can connect to is left out
     * @param mayAdd false: only to know which of the known ones it is
     */
    public void learn(String nodeId, String grpcAddress, boolean mayAdd) {
        HostAndPort address;
        try {
            address = HostAndPort.parse(grpcAddress);
        } catch (IllegalArgumentException e) {
            return; // a node without an address for clients is none for us
        }
        if (byId(nodeId) != null || address.isWildcard()) {
            return;
        }
        NodeLink link = mayAdd ? add(address) : known(address);
        if (link != null) {
            link.isNode(nodeId);
        }
    }

    private synchronized @Nullable NodeLink known(HostAndPort address) {
        return links.get(address);
    }

    /**
     * The node at this link said who it is.
     *
     * @param nodeId empty: it did not
     */
    public void identify(NodeLink link, String nodeId) {
        if (!nodeId.isEmpty() && !nodeId.equals(link.nodeId())) {
            link.isNode(nodeId);
        }
    }

    /** The link to the node with this id; null if none is known. */
    public @Nullable NodeLink byId(String nodeId) {
        NodeLink best = null;
        long now = System.nanoTime();
        for (NodeLink link : all) {
            if (nodeId.equals(link.nodeId()) && (best == null || link.avoidedNanos(now) < best.avoidedNanos(now))) {
                best = link;
            }
        }
        return best;
    }

    public List<NodeLink> all() {
        return all;
    }

    /**
     * The node to ask next: the cheaper of two at random ("power of two choices", Mitzenmacher 2001), leaving out those
     * that are having a bad time while there are others.
     *
     * @param tried not these
     * @return null if all were tried
     */
    public @Nullable NodeLink pick(Set<NodeLink> tried, long nowNanos) {
        List<NodeLink> good = new ArrayList<>();
        NodeLink leastBad = null;
        for (NodeLink link : all) {
            if (tried.contains(link)) {
                continue;
            }
            long avoided = link.avoidedNanos(nowNanos);
            if (avoided == 0) {
                good.add(link);
            } else if (leastBad == null || avoided < leastBad.avoidedNanos(nowNanos)) {
                leastBad = link;
            }
        }
        return good.isEmpty() ? leastBad : cheaper(good, nowNanos);
    }

    private static NodeLink cheaper(List<NodeLink> links, long nowNanos) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int one = random.nextInt(links.size());
        if (links.size() == 1) {
            return links.get(one);
        }
        int other = (one + 1 + random.nextInt(links.size() - 1)) % links.size();
        NodeLink first = links.get(one);
        NodeLink second = links.get(other);
        return first.cost(nowNanos) <= ALIKE * second.cost(nowNanos) ? first : second;
    }

    /** What was seen of each node. */
    public List<NodeStats> stats() {
        long now = System.nanoTime();
        return all.stream().map(link -> link.stats(now)).toList();
    }

    /** Ends the connections; calls under way fail. Does not wait. */
    @Override
    public synchronized void close() {
        closed = true;
        links.values().forEach(NodeLink::close);
    }
}
