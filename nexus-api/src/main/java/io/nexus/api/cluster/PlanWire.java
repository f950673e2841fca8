package io.nexus.api.cluster;

import io.nexus.api.peer.v1.NodeInfo;
import io.nexus.api.peer.v1.Plan;
import io.nexus.api.peer.v1.SeatList;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.NodeEntry;
import java.util.List;

/** Plans and roster entries as they travel between nodes. */
final class PlanWire {
    private PlanWire() {}

    static NodeInfo toWire(NodeEntry entry) {
        return NodeInfo.newBuilder()
                .setNodeId(entry.nodeId())
                .setName(entry.name())
                .setPeerAddr(entry.peerAddr())
                .setRaftAddr(entry.raftAddr())
                .setGrpcAddr(entry.grpcAddr())
                .setHttpAddr(entry.httpAddr())
                .build();
    }

    static NodeEntry fromWire(NodeInfo info) {
        return new NodeEntry(
                info.getNodeId(),
                info.getName(),
                info.getPeerAddr(),
                info.getRaftAddr(),
                info.getGrpcAddr(),
                info.getHttpAddr());
    }

    static Plan toWire(ClusterPlan plan) {
        Plan.Builder wire = Plan.newBuilder()
                .setVersion(plan.version())
                .setClusterId(plan.clusterId())
                .setSegmentCount(plan.segmentCount())
                .setHashSeed(plan.hashSeed())
                .setFormatVersion(plan.formatVersion())
                .setVirtualNodes(plan.virtualNodes());
        plan.nodes().forEach(entry -> wire.addNodes(toWire(entry)));
        for (List<String> seats : plan.seats()) {
            wire.addSeats(SeatList.newBuilder().addAllNodeIds(seats));
        }
        return wire.build();
    }

    /**
     * The plan as this node uses it.
     *
     * @throws IllegalArgumentException if it contradicts itself
     */
    static ClusterPlan fromWire(Plan wire) {
        ClusterPlan plan = new ClusterPlan(
                wire.getVersion(),
                NodeIdentity.uuidText("cluster id", wire.getClusterId()),
                wire.getNodesList().stream().map(PlanWire::fromWire).toList(),
                wire.getSegmentCount(),
                wire.getHashSeed(),
                wire.getFormatVersion(),
                wire.getVirtualNodes(),
                wire.getSeatsList().stream()
                        .map(seats -> List.copyOf(seats.getNodeIdsList()))
                        .toList());
        HardSettings.of(plan);
        return plan;
    }
}
