package io.nexus.api.node;

import io.nexus.api.cluster.ClusterThreads;
import io.nexus.api.cluster.Entrance;
import io.nexus.api.cluster.NodeIdentity;
import io.nexus.api.metrics.Meters;
import io.nexus.api.records.Records;
import io.nexus.api.service.StorePoolDirectory;
import io.nexus.statemachine.storage.NodeStore;

/** What a node has before it is in a cluster, and keeps. */
record NodeBase(
        NodeSetup setup,
        NodeIdentity identity,
        NodeStore store,
        StorePoolDirectory pools,
        Records records,
        Entrance entrance,
        ClusterThreads threads,
        Meters meters) {}
