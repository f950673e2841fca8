package io.nexus.statemachine.codec;

import io.nexus.statemachine.model.AddressRange;
import io.nexus.statemachine.model.AllocPolicy;
import io.nexus.statemachine.model.HoldPolicy;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.PoolSpec;
import io.nexus.statemachine.model.PoolTerms;
import io.nexus.statemachine.model.Prefix;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A pool of the catalogue. A change of its form is a change of {@link BatchCodec}'s and {@link OutcomeCodec}'s too. */
public final class PoolEntryCodec {
    private static final int VERSION = 2;

    private PoolEntryCodec() {}

    public static byte[] encode(PoolEntry entry) {
        return Framed.encode(VERSION, entry, PoolEntryCodec::write);
    }

    /** Throws {@link MalformedBytes}. */
    public static PoolEntry decode(ByteBuffer buffer) {
        return Framed.decode(buffer, VERSION, "a pool entry", PoolEntryCodec::read);
    }

    static void write(ByteWriter writer, PoolEntry entry) {
        writer.vint31(entry.instance()).vint31(entry.segment()).vint31(entry.revision());
        writeSpec(writer, entry.spec());
    }

    static PoolEntry read(ByteReader reader) {
        int instance = reader.vint31();
        int segment = reader.vint31();
        int revision = reader.vint31();
        return new PoolEntry(readSpec(reader), instance, segment, revision);
    }

    static void writeSpec(ByteWriter writer, PoolSpec spec) {
        writer.string(spec.id()).string(spec.space());
        PrefixCodec.write(writer, spec.cidr());
        Prefix gateway = spec.gateway();
        writer.vint31(spec.unitLength()).bool(gateway != null);
        if (gateway != null) {
            PrefixCodec.write(writer, gateway);
        }
        ListCodec.write(writer, spec.exclusions(), PrefixCodec::writeRange);
        ListCodec.write(writer, spec.dns(), PrefixCodec::write);
        writer.vint(spec.defaultTtlSeconds());
        writer.vint31(spec.metadata().size());
        spec.metadata().forEach((key, value) -> writer.string(key).string(value));
        writeTerms(writer, spec.terms());
        PrefixCodec.write(writer, spec.origin());
    }

    private static void writeTerms(ByteWriter writer, PoolTerms terms) {
        writer.u8(terms.policy().code()).u8(terms.holdPolicy().code());
        writer.vint(terms.holdSeconds()).vint(terms.quarantineSeconds()).vint(terms.declineSeconds());
        writer.vint(terms.offerSeconds()).vint31(terms.subscriberLimit()).vint(terms.historySeconds());
        writer.bool(terms.draining());
    }

    private static PoolTerms readTerms(ByteReader reader) {
        AllocPolicy policy = AllocPolicy.ofCode(reader.u8());
        HoldPolicy holdPolicy = HoldPolicy.ofCode(reader.u8());
        return new PoolTerms(
                policy,
                holdPolicy,
                reader.vint(),
                reader.vint(),
                reader.vint(),
                reader.vint(),
                reader.vint31(),
                reader.vint(),
                reader.bool());
    }

    static PoolSpec readSpec(ByteReader reader) {
        String id = reader.string();
        String space = reader.string();
        Prefix cidr = PrefixCodec.read(reader);
        int unitLength = reader.vint31();
        Prefix gateway = reader.bool() ? PrefixCodec.read(reader) : null;
        List<AddressRange> exclusions = ListCodec.read(reader, 2 * PrefixCodec.BYTES_MIN, PrefixCodec::readRange);
        List<Prefix> dns = ListCodec.read(reader, PrefixCodec.BYTES_MIN, PrefixCodec::read);
        long ttlSeconds = reader.vint();
        Map<String, String> metadata = readMetadata(reader);
        PoolTerms terms = readTerms(reader);
        return new PoolSpec(
                id,
                space,
                cidr,
                unitLength,
                gateway,
                exclusions,
                dns,
                ttlSeconds,
                metadata,
                terms,
                PrefixCodec.read(reader));
    }

    private static Map<String, String> readMetadata(ByteReader reader) {
        TreeMap<String, String> metadata = new TreeMap<>();
        for (int count = reader.count(2); count > 0; count--) {
            String key = reader.string();
            if (!metadata.isEmpty() && key.compareTo(metadata.lastKey()) <= 0) {
                throw reader.malformed("metadata not in order of its keys");
            }
            metadata.put(key, reader.string());
        }
        return metadata;
    }
}
