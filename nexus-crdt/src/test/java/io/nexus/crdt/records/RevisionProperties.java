package io.nexus.crdt.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nexus.crdt.CorruptBytes;
import io.nexus.crdt.Digest;
import io.nexus.crdt.Seeds;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Joining is idempotent, commutative and associative; what is encoded comes back. */
class RevisionProperties {
    private static final int SEEDS = 2_000;

    @Test
    void join_doesNotDependOnOrderOrRepetition() {
        Seeds.forEach(SEEDS, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            Revision a = revision(random);
            Revision b = revision(random);
            Revision c = revision(random);
            assertThat(text(join(a, a))).isEqualTo(text(a));
            assertThat(text(join(a, b))).isEqualTo(text(join(b, a)));
            assertThat(text(join(join(a, b), c))).isEqualTo(text(join(a, join(b, c))));
            assertThat(Join.of(a, b, Revision.ORDER).concurrent())
                    .isEqualTo(Join.of(b, a, Revision.ORDER).concurrent());
        });
    }

    @Test
    void vectors_joinAndMeet_asSets() {
        Seeds.forEach(SEEDS, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            VersionVector a = vector(random);
            VersionVector b = vector(random);
            assertThat(a.join(b)).isEqualTo(b.join(a));
            assertThat(a.join(b).covers(a) && a.join(b).covers(b)).isTrue();
            assertThat(a.covers(a.meet(b)) && b.covers(a.meet(b))).isTrue();
            assertThat(a.beyond(b).isEmpty()).isEqualTo(b.covers(a));
            Dot dot = dot(random);
            assertThat(a.join(b).covers(dot)).isEqualTo(a.covers(dot) || b.covers(dot));
            assertThat(a.meet(b).covers(dot)).isEqualTo(a.covers(dot) && b.covers(dot));
        });
    }

    @Test
    void codecs_areInverse_andNoticeWhatIsCutShort() {
        Seeds.forEach(SEEDS, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            Revision revision = revision(random);
            byte[] bytes = RevisionCodec.encode(revision);
            assertThat(RevisionCodec.encode(RevisionCodec.decode(bytes))).isEqualTo(bytes);
            byte[] cut = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            assertThatThrownBy(() -> RevisionCodec.decode(cut)).isInstanceOf(CorruptBytes.class);
            Conflict conflict = new Conflict(random.nextLong(), random.nextLong(), dot(random), revision);
            byte[] encoded = StateCodec.encode(conflict);
            assertThat(StateCodec.encode(StateCodec.decodeConflict(encoded))).isEqualTo(encoded);
            RecordState state = new RecordState(
                    vector(random),
                    vector(random),
                    vector(random),
                    new Digest(random.nextLong(), random.nextLong()),
                    random.nextLong(),
                    random.nextLong());
            assertThat(StateCodec.decode(StateCodec.encode(state))).isEqualTo(state);
        });
    }

    @Test
    void digest_leavesOutTombstonesAndContexts() {
        SplittableRandom random = new SplittableRandom(1);
        Revision live = new Revision("k", 1, 5, dot(random), vector(random), new byte[] {1});
        assertThat(live.digest()).isNotEqualTo(Digest.ZERO);
        assertThat(live.withContext(VersionVector.EMPTY).digest()).isEqualTo(live.digest());
        assertThat(new Revision("k", 2, 5, live.dot(), vector(random), null).digest())
                .isEqualTo(Digest.ZERO);
    }

    private static Revision join(Revision a, Revision b) {
        return Join.of(a, b, Revision.ORDER).winner();
    }

    /** Winner, and all that it knows: what is known of itself does not matter. */
    private static String text(Revision revision) {
        return revision.dot() + " " + revision.hlc() + " " + revision.context().with(revision.dot());
    }

    private static Revision revision(SplittableRandom random) {
        boolean live = random.nextInt(3) > 0;
        Dot dot = dot(random);
        // The stamp belongs to the dot, as it does in life.
        long hlc = (dot.seq() * 7 + dot.origin().incarnation()) % 5;
        return new Revision("key", live ? 1 : 2, hlc, dot, vector(random), live ? new byte[] {1, 2} : null);
    }

    private static VersionVector vector(SplittableRandom random) {
        VersionVector vector = VersionVector.EMPTY;
        for (int i = random.nextInt(4); i > 0; i--) {
            vector = vector.with(dot(random));
        }
        return vector;
    }

    private static Dot dot(SplittableRandom random) {
        return new Dot(new Origin(new UUID(0, random.nextInt(3)), random.nextInt(2)), 1 + random.nextInt(4));
    }
}
