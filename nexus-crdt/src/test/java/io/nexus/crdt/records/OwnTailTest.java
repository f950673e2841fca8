package io.nexus.crdt.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.UUID;
import org.junit.jupiter.api.Test;

class OwnTailTest {
    private static final Origin SELF = new Origin(new UUID(1, 1), 3);
    private static final int SIZE = RevisionCodec.encode(write(1)).length;

    private final OwnTail tail = new OwnTail(SELF, 4, 3L * SIZE);

    private static Revision write(long seq) {
        return new Revision("k", 1, seq, new Dot(SELF, seq), VersionVector.EMPTY, new byte[] {1});
    }

    @Test
    void reader_getsWhatFollows_asMuchAsFits() {
        tail.append(write(5));
        tail.append(write(6));
        assertThat(tail.read(4, 1)).hasSize(1);
        assertThat(tail.read(4, 2 * SIZE)).hasSize(2);
        assertThat(tail.read(6, 100)).isEmpty();
        assertThat(tail.read(3, 100)).isNull();
    }

    @Test
    void oldest_goFirst() {
        for (long seq = 5; seq <= 9; seq++) {
            tail.append(write(seq));
        }
        assertThat(tail.read(5, 10 * SIZE)).isNull();
        assertThat(tail.read(6, 10 * SIZE)).hasSize(3);
    }

    @Test
    void gap_isRefused() {
        assertThatThrownBy(() -> tail.append(write(6))).isInstanceOf(IllegalArgumentException.class);
    }
}
