package io.nexus.api.keyspace;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nexus.api.service.ClusterService;
import io.nexus.api.service.ClusterService.Hashring;
import io.nexus.api.service.ClusterService.NodeStatus;
import io.nexus.api.service.ClusterService.RingSegment;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code /nexus/peers/{node}/} and {@code /nexus/hashring/state}: as this node sees them, out of its memory. */
public final class ClusterSubtrees {
    private static final Set<Integer> META = Set.of(0);

    private ClusterSubtrees() {}

    /**
     * Nodes by id, with {@code addr}, {@code last_seen} (absent if never) and {@code pools}.
     *
     * @param clock of this node, to tell when another was last heard of
     */
    public static Subtree peers(ClusterService cluster, InstantSource clock) {
        return new Leaves("peers") {
            @Override
            SortedMap<String, JsonNode> leaves(String node) {
                SortedMap<String, JsonNode> leaves = new TreeMap<>();
                cluster.nodes().stream()
                        .filter(status -> status.node().nodeId().equals(node))
                        .forEach(status -> describe(status, leaves));
                return leaves;
            }

            private void describe(NodeStatus status, SortedMap<String, JsonNode> leaves) {
                leaves.put("addr", addresses(status));
                long ago = status.liveness().lastSeenMillis();
                if (ago >= 0) {
                    Instant seen = clock.instant().minusMillis(ago);
                    leaves.put("last_seen", JsonNodeFactory.instance.textNode(seen.toString()));
                }
                leaves.put("pools", poolsOf(cluster.hashring(), status.node().nodeId()));
            }

            @Override
            List<String> directories() {
                return cluster.nodes().stream()
                        .map(status -> status.node().nodeId())
                        .sorted()
                        .toList();
            }
        };
    }

    /** The ring in force, with the owners as this node knows them. */
    public static Subtree hashring(ClusterService cluster) {
        return new Leaves("hashring") {
            @Override
            SortedMap<String, JsonNode> leaves(String directory) {
                SortedMap<String, JsonNode> leaves = new TreeMap<>();
                if (directory.isEmpty()) {
                    leaves.put("state", state(cluster.hashring()));
                }
                return leaves;
            }

            @Override
            @Nullable
            List<String> directories() {
                return null;
            }
        };
    }

    private static ObjectNode addresses(NodeStatus status) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("name", status.node().name())
                .put("grpc", status.node().grpcAddr())
                .put("http", status.node().httpAddr())
                .put("peer", status.node().peerAddr())
                .put("raft", status.node().raftAddr())
                .put("state", status.liveness().state().name());
    }

    private static ArrayNode poolsOf(Hashring ring, String node) {
        ArrayNode pools = JsonNodeFactory.instance.arrayNode();
        for (RingSegment segment : ring.segments()) {
            if (node.equals(segment.owner())) {
                segment.pools().forEach(pools::add);
            }
        }
        return pools;
    }

    private static ObjectNode state(Hashring ring) {
        ObjectNode state = JsonNodeFactory.instance
                .objectNode()
                .put("version", ring.version())
                .put("virtual_nodes", ring.virtualNodes())
                .put("segment_count", ring.segmentCount());
        ArrayNode segments = state.putArray("segments");
        for (RingSegment segment : ring.segments()) {
            ObjectNode row = segments.addObject()
                    .put("segment", segment.segment())
                    .put("arc_start", Long.toUnsignedString(segment.arcStart()))
                    .put("arc_end", Long.toUnsignedString(segment.arcEnd()))
                    .put("owner", segment.owner());
            ArrayNode members = row.putArray("members");
            segment.members().forEach(members::add);
            ArrayNode pools = row.putArray("pools");
            segment.pools().forEach(pools::add);
        }
        return state;
    }

    /** A subtree of a few leaves in memory, directly below its name or one directory deeper. */
    private abstract static class Leaves implements Subtree {
        private final String name;

        Leaves(String name) {
            this.name = name;
        }

        /** @param directory "" where the leaves are directly below the name */
        abstract SortedMap<String, JsonNode> leaves(String directory);

        /** Null if the leaves are directly below the name. */
        abstract @Nullable List<String> directories();

        @Override
        public String name() {
            return name;
        }

        @Override
        public Value get(List<String> path) {
            int depth = directories() == null ? 1 : 2;
            JsonNode found =
                    path.size() == depth ? leaves(depth == 1 ? "" : path.get(0)).get(path.get(depth - 1)) : null;
            return new Value(found, META);
        }

        @Override
        public Page list(List<String> path, String after, int max) {
            List<String> directories = directories();
            if (path.isEmpty() && directories != null) {
                return new Page(directories.stream().map(Child::directory).toList(), null, META);
            }
            boolean here = path.size() == (directories == null ? 0 : 1);
            SortedMap<String, JsonNode> leaves = here ? leaves(path.isEmpty() ? "" : path.get(0)) : new TreeMap<>();
            return new Page(
                    leaves.entrySet().stream()
                            .map(leaf -> Child.leaf(leaf.getKey(), leaf.getValue()))
                            .toList(),
                    null,
                    META);
        }
    }
}
