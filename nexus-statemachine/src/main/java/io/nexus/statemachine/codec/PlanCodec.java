package io.nexus.statemachine.codec;

import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.NodeEntry;
import java.nio.ByteBuffer;
import java.util.List;

/** The layout of a cluster. A change of its form is a change of {@link BatchCodec}'s too. */
public final class PlanCodec {
    private static final int VERSION = 1;

    private PlanCodec() {}

    public static byte[] encode(ClusterPlan plan) {
        return Framed.encode(VERSION, plan, PlanCodec::write);
    }

    /** Throws {@link MalformedBytes}. */
    public static ClusterPlan decode(ByteBuffer buffer) {
        return Framed.decode(buffer, VERSION, "a cluster plan", PlanCodec::read);
    }

    static void write(ByteWriter writer, ClusterPlan plan) {
        writer.vint(plan.version()).string(plan.clusterId());
        ListCodec.write(writer, plan.nodes(), PlanCodec::writeNode);
        writer.vint31(plan.segmentCount()).u64(plan.hashSeed());
        writer.vint31(plan.formatVersion()).vint31(plan.virtualNodes());
        ListCodec.write(writer, plan.seats(), PlanCodec::writeSeats);
    }

    static ClusterPlan read(ByteReader reader) {
        long version = reader.vint();
        String clusterId = reader.string();
        List<NodeEntry> nodes = ListCodec.read(reader, 6, PlanCodec::readNode);
        int segmentCount = reader.vint31();
        long hashSeed = reader.u64();
        int formatVersion = reader.vint31();
        int virtualNodes = reader.vint31();
        List<List<String>> seats = ListCodec.read(reader, 1, PlanCodec::readSeats);
        return new ClusterPlan(version, clusterId, nodes, segmentCount, hashSeed, formatVersion, virtualNodes, seats);
    }

    static void writeNode(ByteWriter writer, NodeEntry node) {
        writer.string(node.nodeId()).string(node.name());
        writer.string(node.peerAddr()).string(node.raftAddr());
        writer.string(node.grpcAddr()).string(node.httpAddr());
    }

    static NodeEntry readNode(ByteReader reader) {
        return new NodeEntry(
                reader.string(), reader.string(), reader.string(), reader.string(), reader.string(), reader.string());
    }

    private static void writeSeats(ByteWriter writer, List<String> seats) {
        ListCodec.write(writer, seats, ByteWriter::string);
    }

    private static List<String> readSeats(ByteReader reader) {
        return ListCodec.read(reader, 1, ByteReader::string);
    }
}
