package io.nexus.crdt.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nexus.crdt.CorruptBytes;
import io.nexus.crdt.Digest;
import io.nexus.crdt.RowChange;
import io.nexus.crdt.Seeds;
import io.nexus.crdt.repair.RepairPlan.Next;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Whatever differs between two copies, the corrections make the one the other, and cost what differs. */
class RepairProperties {
    private int questions;
    private int fetched;

    @Test
    void corrections_makeTheCopyTheSource() {
        Seeds.forEach(400, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            MapRows source = rows(random, random.nextInt(600));
            MapRows copy = new MapRows();
            copy.rows.putAll(source.rows);
            int faults = random.nextInt(12);
            for (int i = 0; i < faults; i++) {
                damage(copy, random);
            }
            Next end = run(copy, new RepairSource(source));
            if (end instanceof Next.Correct correct) {
                apply(copy, correct.changes());
                assertThat(text(copy)).isEqualTo(text(source));
                assertThat(correct.changes().size()).isLessThanOrEqualTo(faults);
            } else {
                assertThat(end)
                        .as("%d faults in %d rows", faults, source.rows.size())
                        .isInstanceOf(Next.TooMuch.class);
                assertThat(faults * 5L).isGreaterThan(source.rows.size() - faults);
            }
        });
    }

    @Test
    void oneWrongRow_ofManyCostsAFewQuestions() {
        SplittableRandom random = new SplittableRandom(1);
        MapRows source = rows(random, 50_000);
        MapRows copy = new MapRows();
        copy.rows.putAll(source.rows);
        copy.rows.put(copy.rows.higherKey(key(30_000)), new byte[] {9});
        source.read = 0;
        Next end = run(copy, new RepairSource(source));
        assertThat(end)
                .isInstanceOfSatisfying(
                        Next.Correct.class,
                        correct -> assertThat(correct.changes()).hasSize(1));
        assertThat(fetched).isEqualTo(1);
        assertThat(questions).as("16 to the fourth is more than fifty thousand").isLessThanOrEqualTo(5);
        assertThat(source.read)
                .as("the whole for the digest, the whole to cut it, then a sixteenth of it, ...")
                .isLessThan(110_000);
    }

    @Test
    void copies_thatDifferTooMuch_areNotRepairedByRanges() {
        SplittableRandom random = new SplittableRandom(2);
        MapRows source = rows(random, 1_000);
        MapRows copy = rows(random, 1_000);
        assertThat(run(copy, new RepairSource(source))).isInstanceOf(Next.TooMuch.class);
        assertThat(questions).as("found out early").isLessThanOrEqualTo(3);
        assertThat(run(new MapRows(), new RepairSource(source))).isInstanceOf(Next.TooMuch.class);
    }

    @Test
    void equalCopies_askNothing() {
        MapRows source = rows(new SplittableRandom(3), 100);
        assertThat(run(source, new RepairSource(source))).isEqualTo(new Next.Correct(List.of()));
        assertThat(questions).isZero();
    }

    @Test
    void source_thatIsNotWhatItSaid_isNotBelieved() {
        MapRows source = rows(new SplittableRandom(4), 200);
        MapRows copy = new MapRows();
        copy.rows.putAll(source.rows);
        copy.rows.remove(copy.rows.firstKey());
        RangePrint real = new RepairSource(source).whole();
        RangePrint claimed =
                new RangePrint(real.range(), real.count(), real.digest().plus(new Digest(0, 1)));
        RepairPlan plan = new RepairPlan(copy, new RepairSource(copy).whole(), claimed);
        assertThat(drive(plan, new RepairSource(source))).isInstanceOf(Next.NotWhatItSaid.class);
    }

    @Test
    void answers_thatAreNoCutOfTheRange_areRefused() {
        KeyRange half = new KeyRange(new byte[0], new byte[] {5});
        RangePrint print = new RangePrint(half, 1, Digest.ZERO);
        assertThatThrownBy(() -> new Expansion.Parts(KeyRange.ALL, List.of(print)))
                .isInstanceOf(CorruptBytes.class);
        assertThatThrownBy(() -> new Expansion.Parts(half, List.of(print, print)))
                .isInstanceOf(CorruptBytes.class);
        var id = new Expansion.RowId(new byte[] {7}, Digest.ZERO);
        assertThatThrownBy(() -> new Expansion.Ids(half, List.of(id))).isInstanceOf(CorruptBytes.class);
        assertThatThrownBy(() -> new Expansion.Ids(KeyRange.ALL, List.of(id, id)))
                .isInstanceOf(CorruptBytes.class);
    }

    /** Why the digest is a sum: with an exclusive-or a row that is there twice more is not seen. */
    @Test
    void sum_seesDuplicatesThatAnExclusiveOrDoesNot() {
        Seeds.forEach(50, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            Digest a = Digest.of(key(random.nextInt()), key(random.nextInt()));
            Digest b = Digest.of(key(random.nextInt()), key(random.nextInt()));
            Digest once = xor(a, b);
            assertThat(xor(xor(once, a), a)).as("the broken variant").isEqualTo(once);
            assertThat(a.plus(b).plus(a).plus(a)).isNotEqualTo(a.plus(b));
        });
    }

    private static Digest xor(Digest a, Digest b) {
        return new Digest(a.hi() ^ b.hi(), a.lo() ^ b.lo());
    }

    private Next run(MapRows copy, RepairSource source) {
        return drive(new RepairPlan(copy, new RepairSource(copy).whole(), source.whole()), source);
    }

    private Next drive(RepairPlan plan, RepairSource source) {
        questions = 0;
        fetched = 0;
        Next next = plan.next();
        while (true) {
            if (next instanceof Next.Expand expand) {
                questions++;
                assertThat(expand.ranges()).hasSizeLessThanOrEqualTo(RepairPlan.RANGES_AT_ONCE);
                next = plan.expanded(
                        expand.ranges().stream().map(source::expand).toList());
            } else if (next instanceof Next.Fetch fetch) {
                questions++;
                fetched += fetch.keys().size();
                next = plan.fetched(source.fetch(fetch.keys()));
            } else {
                return next;
            }
        }
    }

    private static MapRows rows(SplittableRandom random, int count) {
        MapRows rows = new MapRows();
        int at = 0;
        for (int i = 0; i < count; i++) {
            at += 1 + random.nextInt(3);
            rows.rows.put(
                    key(at), ByteBuffer.allocate(8).putLong(random.nextLong()).array());
        }
        return rows;
    }

    private static void damage(MapRows copy, SplittableRandom random) {
        byte[] key = copy.rows.isEmpty() || random.nextInt(3) == 0
                ? key(random.nextInt(1_500))
                : List.copyOf(copy.rows.keySet()).get(random.nextInt(copy.rows.size()));
        if (random.nextBoolean()) {
            copy.rows.remove(key);
        } else {
            copy.rows.put(key, new byte[] {(byte) random.nextInt()});
        }
    }

    private static void apply(MapRows copy, List<RowChange> changes) {
        for (RowChange change : changes) {
            byte[] value = change.value();
            if (value == null) {
                copy.rows.remove(change.key());
            } else {
                copy.rows.put(change.key(), value);
            }
        }
    }

    private static byte[] key(int number) {
        return ByteBuffer.allocate(5).put((byte) 3).putInt(number).array();
    }

    private static Map<ByteBuffer, ByteBuffer> text(MapRows rows) {
        Map<ByteBuffer, ByteBuffer> text = new HashMap<>();
        List<byte[]> keys = new ArrayList<>(rows.rows.keySet());
        keys.forEach(key -> text.put(ByteBuffer.wrap(key), ByteBuffer.wrap(rows.rows.get(key))));
        return text;
    }
}
