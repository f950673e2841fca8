package io.nexus.crdt.repair;

import io.nexus.crdt.CorruptBytes;
import io.nexus.crdt.Digest;
import java.util.Arrays;
import java.util.List;

/** What a source says of a range that differs: its parts, or the rows themselves where they are few. */
public sealed interface Expansion {
    KeyRange range();

    /** The range cut in pieces, in order and without holes. */
    record Parts(KeyRange range, List<RangePrint> parts) implements Expansion {
        public Parts {
            parts = List.copyOf(parts);
            byte[] edge = range.from();
            for (RangePrint part : parts) {
                if (!Arrays.equals(edge, part.range().from())) {
                    throw new CorruptBytes("the parts of a range leave a hole");
                }
                edge = part.range().to();
            }
            if (parts.isEmpty() || !Arrays.equals(edge, range.to())) {
                throw new CorruptBytes("the parts of a range do not reach its end");
            }
        }
    }

    /** Every row of the range, in order of keys. */
    record Ids(KeyRange range, List<RowId> ids) implements Expansion {
        public Ids {
            ids = List.copyOf(ids);
            byte[] last = null;
            for (RowId id : ids) {
                boolean ascends = last == null || Arrays.compareUnsigned(last, id.key) < 0;
                if (!ascends || !range.contains(id.key)) {
                    throw new CorruptBytes("the rows of a range are not in it, or not in order");
                }
                last = id.key;
            }
        }
    }

    /** A row without its value. */
    @SuppressWarnings("ArrayRecordComponent")
    record RowId(byte[] key, Digest digest) {}
}
