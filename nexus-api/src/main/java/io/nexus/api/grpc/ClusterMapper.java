package io.nexus.api.grpc;

import io.nexus.api.service.ClusterService.Hashring;
import io.nexus.api.service.ClusterService.Status;
import io.nexus.api.v1.HashringResponse;
import io.nexus.api.v1.NodeStatus;
import io.nexus.api.v1.RingSegment;
import io.nexus.api.v1.SegmentStatus;
import io.nexus.api.v1.StatusResponse;

/** From the cluster's state to the messages of {@code nexus.v1}. Pure. */
public final class ClusterMapper {
    private ClusterMapper() {}

    public static StatusResponse response(Status status) {
        StatusResponse.Builder response = StatusResponse.newBuilder()
                .setNodeId(status.nodeId())
                .setClusterId(status.clusterId())
                .setVersion(status.version())
                .setReady(status.ready())
                .addAllNotReadyBecause(status.notReadyBecause())
                .setUptimeSeconds(status.uptimeSeconds())
                .addAllWarnings(status.warnings());
        status.nodes().forEach(node -> response.addNodes(node(node)));
        status.segments().forEach(segment -> response.addSegments(segment(segment)));
        return response.build();
    }

    public static HashringResponse response(Hashring ring) {
        HashringResponse.Builder response = HashringResponse.newBuilder()
                .setVersion(ring.version())
                .setVirtualNodes(ring.virtualNodes())
                .setSegmentCount(ring.segmentCount());
        ring.segments().forEach(segment -> {
            RingSegment.Builder builder = response.addSegmentsBuilder()
                    .setSegment(segment.segment())
                    .setArcStart(segment.arcStart())
                    .setArcEnd(segment.arcEnd())
                    .addAllMembers(segment.members())
                    .addAllPools(segment.pools());
            if (segment.owner() != null) {
                builder.setOwner(segment.owner());
            }
        });
        return response.build();
    }

    public static NodeStatus node(io.nexus.api.service.ClusterService.NodeStatus status) {
        return NodeStatus.newBuilder()
                .setNodeId(status.node().nodeId())
                .setName(status.node().name())
                .setGrpcAddr(status.node().grpcAddr())
                .setHttpAddr(status.node().httpAddr())
                .setPeerAddr(status.node().peerAddr())
                .setRaftAddr(status.node().raftAddr())
                .setState(status.liveness().state().name())
                .setLastSeenMs(status.liveness().lastSeenMillis())
                .setSegmentsLed(status.segmentsLed())
                .setSegmentsHosted(status.segmentsHosted())
                .build();
    }

    private static SegmentStatus segment(io.nexus.api.service.ClusterService.SegmentStatus status) {
        SegmentStatus.Builder builder = SegmentStatus.newBuilder()
                .setSegment(status.segment())
                .addAllMembers(status.members())
                .setRole(status.role())
                .setTerm(status.term())
                .setIncarnation(status.incarnation())
                .setSeq(status.seq())
                .setStalenessMs(status.stalenessMillis())
                .setAllocations(status.allocations())
                .setPools(status.pools())
                .setCondition(status.condition())
                .setDigest(status.digest())
                .setLag(status.lag());
        String upstream = status.upstream();
        if (upstream != null) {
            builder.setUpstream(upstream);
        }
        String owner = status.owner();
        return (owner == null ? builder : builder.setOwner(owner)).build();
    }
}
