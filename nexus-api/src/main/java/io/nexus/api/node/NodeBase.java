package io.nexus.api.node;

import io.nexus.api.cluster.ClusterThreads;
import io.nexus.api.cluster.Entrance;
import io.nexus.api.cluster.NodeIdentity;
import io.nexus.api.keyspace.Subtree;
import io.nexus.api.metrics.Meters;
import io.nexus.api.records.Records;
import io.nexus.api.service.StorePoolDirectory;
import io.nexus.api.watch.WatchHub;
import io.nexus.api.watch.Watches;
import io.nexus.statemachine.storage.NodeStore;
import java.util.List;

/**
 * What a node has before it is in a cluster, and keeps.
 *
 * @param plugged subtrees of the key space besides those of every node
 */
record NodeBase(
        NodeSetup setup,
        NodeIdentity identity,
        NodeStore store,
        StorePoolDirectory pools,
        Records records,
        WatchHub changes,
        List<Subtree> plugged,
        Watches watches,
        Entrance entrance,
        ClusterThreads threads,
        Meters meters) {}
