package io.nexus.api.cluster;

import io.nexus.statemachine.model.ClusterPlan;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Settings that a cluster is founded with and that can never change afterwards.
 *
 * @param clusterId UUID text; null: drawn by the founder
 * @param segmentCount 1 to 64
 * @param hashSeed of the ring
 * @param formatVersion of logs and stores, {@link #FORMAT_VERSION} in this release
 * @param virtualNodes points of each node on the ring, positive
 */
public record HardSettings(
        @Nullable String clusterId, int segmentCount, long hashSeed, int formatVersion, int virtualNodes) {
    public static final int FORMAT_VERSION = 2;
    public static final int SEGMENTS_MAX = 64;

    public HardSettings {
        if (clusterId != null) {
            clusterId = NodeIdentity.uuidText("cluster id", clusterId);
        }
        if (segmentCount < 1 || segmentCount > SEGMENTS_MAX) {
            throw new IllegalArgumentException("segment count " + segmentCount + " is not within 1 to " + SEGMENTS_MAX);
        }
        if (virtualNodes < 1) {
            throw new IllegalArgumentException("virtual nodes " + virtualNodes + " is not positive");
        }
    }

    /** Those of a founded cluster. */
    public static HardSettings of(ClusterPlan plan) {
        return new HardSettings(
                plan.clusterId(), plan.segmentCount(), plan.hashSeed(), plan.formatVersion(), plan.virtualNodes());
    }

    /** Each setting in which the two differ, with both values; a cluster id that one leaves open does not differ. */
    public List<Difference> differences(HardSettings other) {
        List<Difference> found = new ArrayList<>();
        if (clusterId != null && other.clusterId != null) {
            compare(found, "cluster id", clusterId, other.clusterId);
        }
        compare(found, "cluster.segments", segmentCount, other.segmentCount);
        compare(found, "hash seed", hashSeed, other.hashSeed);
        compare(found, "hashring.virtual_nodes", virtualNodes, other.virtualNodes);
        compare(found, "format version", formatVersion, other.formatVersion);
        return found;
    }

    private static void compare(List<Difference> found, String key, Object mine, Object other) {
        if (!mine.equals(other)) {
            found.add(new Difference(key, mine.toString(), other.toString()));
        }
    }

    /**
     * A setting in which two nodes differ.
     *
     * @param key as the configuration spells it, or what it is called where it is no key
     */
    public record Difference(String key, String mine, String other) {}
}
