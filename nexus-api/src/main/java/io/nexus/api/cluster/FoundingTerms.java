package io.nexus.api.cluster;

import io.nexus.api.peer.v1.FoundingSettings;
import java.util.ArrayList;
import java.util.List;

/**
 * What this node is configured to found a cluster with.
 *
 * @param self how it presents itself
 * @param peers who founds the cluster
 * @param settings fixed for the cluster's life
 * @param members of each segment; never more than there are nodes
 */
public record FoundingTerms(NodeAddresses self, PeerAddresses peers, HardSettings settings, int members) {
    public FoundingTerms {
        if (!self.peerAddr().equals(peers.self())) {
            throw new IllegalArgumentException(
                    "advertised peer address " + self.peerAddr() + " is not " + peers.self());
        }
    }

    FoundingSettings wire() {
        String clusterId = settings.clusterId();
        return FoundingSettings.newBuilder()
                .setSegmentCount(settings.segmentCount())
                .setHashSeed(settings.hashSeed())
                .setFormatVersion(settings.formatVersion())
                .setVirtualNodes(settings.virtualNodes())
                .setMembers(members)
                .setClusterId(clusterId == null ? "" : clusterId)
                .build();
    }

    /** Each setting in which another node's configuration differs, in words. */
    List<String> differences(FoundingSettings other) {
        List<String> words = new ArrayList<>();
        try {
            words.addAll(differences(new HardSettings(
                    other.getClusterId().isEmpty() ? null : other.getClusterId(),
                    other.getSegmentCount(),
                    other.getHashSeed(),
                    other.getFormatVersion(),
                    other.getVirtualNodes())));
        } catch (IllegalArgumentException e) {
            words.add("its settings are not valid here: " + e.getMessage());
        }
        if (members != other.getMembers()) {
            words.add(inWords("hashring.replication", String.valueOf(other.getMembers()), String.valueOf(members)));
        }
        return words;
    }

    List<String> differences(HardSettings theirs) {
        return settings.differences(theirs).stream()
                .map(difference -> inWords(difference.key(), difference.other(), difference.mine()))
                .toList();
    }

    private static String inWords(String key, String theirs, String mine) {
        return key + " is " + theirs + " there but " + mine + " here";
    }
}
