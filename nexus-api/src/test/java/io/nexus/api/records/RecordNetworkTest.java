package io.nexus.api.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nexus.api.metrics.MetricNames;
import io.nexus.crdt.records.Conflict;
import io.nexus.crdt.records.RecordBatch;
import io.nexus.crdt.records.RecordState;
import io.nexus.crdt.records.Revision;
import io.nexus.statemachine.storage.RocksRecordStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes over real connections, on real disks. */
class RecordNetworkTest {
    @TempDir
    Path directory;

    private RecordLab lab;
    private RecordLab.Node a;
    private RecordLab.Node b;
    private RecordLab.Node c;
    private boolean damaged;

    @BeforeEach
    void start() throws IOException {
        lab = new RecordLab(directory);
        a = lab.start(1);
        b = lab.start(2);
        c = lab.start(3);
    }

    @AfterEach
    void stop() throws InterruptedException {
        lab.close();
        assertThat(lab.nodes.values())
                .allSatisfy(node -> assertThat(node.failure.get()).isNull());
        assertThat(lab.nodes.values().stream().anyMatch(node -> node.counter("nexus_records_divergence_total") > 0))
                .as("copies were found to differ")
                .isEqualTo(damaged);
    }

    private static void eventually(Runnable check) {
        Awaitility.await("all nodes agree")
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(check::run);
    }

    private void everywhere(String key, String value) {
        eventually(() -> assertThat(lab.nodes.values())
                .allSatisfy(node -> assertThat(node.get(key)).isEqualTo(value)));
    }

    @Test
    void write_isEverywhereSoon_andSoIsItsEnd() {
        a.put("k", "one");
        everywhere("k", "one");
        b.put("k", "two");
        everywhere("k", "two");
        c.delete("k");
        everywhere("k", null);
        eventually(() -> assertThat(lab.nodes.values())
                .allSatisfy(node ->
                        assertThat(node.records.store().tombstones("", 9)).isEmpty()));
        assertThat(a.counter(MetricNames.CLSET_CONFLICTS)).isZero();
        assertThat(a.records.state().digest()).isEqualTo(c.records.state().digest());
    }

    @Test
    void bothSidesOfAPartition_write_andAgreeAfterwards() {
        a.put("k", "before");
        everywhere("k", "before");
        lab.cut(a, c);
        lab.cut(b, c);
        a.put("k", "left");
        c.put("k", "right");
        c.put("only-right", "x");
        eventually(() -> assertThat(b.get("k")).isEqualTo("left"));
        assertThat(c.get("k")).isEqualTo("right");
        assertThat(b.get("only-right")).isNull();
        lab.heal();
        everywhere("k", "right"); // written later
        everywhere("only-right", "x");
        eventually(() -> {
            List<Conflict> conflicts = Stream.of(a, b, c)
                    .flatMap(node -> node.records.conflicts(9).stream())
                    .toList();
            assertThat(conflicts).isNotEmpty();
            assertThat(conflicts).allSatisfy(conflict -> {
                assertThat(conflict.loser().key()).isEqualTo("k");
                assertThat(new String(conflict.loser().value(), StandardCharsets.UTF_8))
                        .isEqualTo("left");
                assertThat(conflict.winner().origin().node()).hasToString(c.id);
            });
            assertThat(Stream.of(a, b, c)
                            .mapToLong(node -> node.counter(MetricNames.CLSET_CONFLICTS))
                            .sum())
                    .isEqualTo(conflicts.size());
        });
    }

    @Test
    void nodeInTheMiddle_passesOn() {
        lab.cut(a, c);
        a.put("k", "from a");
        everywhere("k", "from a");
        c.put("k", "from c");
        everywhere("k", "from c");
        a.delete("k");
        everywhere("k", null);
    }

    @Test
    void manyWritesAtOnce_shareTheDisk_andArriveInOrder() {
        List<CompletableFuture<Records.Written>> answers = IntStream.range(0, 2_000)
                .mapToObj(i -> a.records.write(new RecordWrite(
                        "k" + i % 500, before -> Integer.toString(i).getBytes(StandardCharsets.UTF_8))))
                .toList();
        answers.forEach(CompletableFuture::join);
        eventually(() -> {
            assertThat(c.records.list("k", "", 1_000)).hasSize(500);
            assertThat(c.get("k499")).isEqualTo("1999");
            assertThat(c.records.state().digest()).isEqualTo(a.records.state().digest());
        });
        assertThat(a.records.list("k1", "k12", 3))
                .extracting(revision -> revision.key())
                .containsExactly("k120", "k121", "k122");
        assertThat(a.records.list("k1", "", 2))
                .extracting(revision -> revision.key())
                .containsExactly("k1", "k10");
    }

    @Test
    void restartedNode_catchesUp_andGoesOn() throws Exception {
        a.put("k", "one");
        everywhere("k", "one");
        c.stop();
        b.put("k", "two");
        eventually(() -> assertThat(a.get("k")).isEqualTo("two"));
        a.delete("k");
        a.put("j", "three");
        c = lab.start(3);
        everywhere("j", "three");
        everywhere("k", null);
        c.put("k", "four");
        everywhere("k", "four");
    }

    @Test
    void oldDiskImage_writesUnderANewName_andGetsBackWhatItLost() throws Exception {
        c.put("k", "one");
        everywhere("k", "one");
        c.stop();
        copy(lab.disk(c.id), directory.resolve("image"));
        c = lab.start(3);
        c.put("k", "two");
        c.put("lost", "not quite");
        everywhere("lost", "not quite");
        c.stop();
        delete(lab.disk(c.id));
        copy(directory.resolve("image"), lab.disk(c.id));
        c = lab.start(3);
        c.put("new", "three"); // before it can have heard of the others
        everywhere("new", "three");
        everywhere("lost", "not quite");
        everywhere("k", "two");
    }

    @Test
    void emptyNode_getsEverything_alsoWhenTombstonesAreGone() throws Exception {
        a.put("k", "one");
        b.put("gone", "x");
        everywhere("gone", "x");
        b.delete("gone");
        eventually(() -> assertThat(a.records.state().collected().isEmpty()).isFalse());
        RecordLab.Node d = lab.start(4);
        eventually(() -> assertThat(d.get("k")).isEqualTo("one"));
        assertThat(d.get("gone")).isNull();
        eventually(() -> assertThat(d.records.state().vector())
                .isEqualTo(a.records.state().vector()));
    }

    /** As a lost block of the disk would: the vector claims what is not there. */
    @Test
    void damagedCopy_isNoticed_andGetsBackWhatItLacks() throws Exception {
        a.put("k", "one");
        a.put("j", "two");
        everywhere("j", "two");
        eventually(() -> assertThat(c.records.state().vector())
                .isEqualTo(a.records.state().vector()));
        c.stop();
        try (RocksRecordStore store = RocksRecordStore.open(lab.disk(c.id), RecordLab.SMALL)) {
            Revision lost = store.get("k");
            RecordState is = store.state();
            RecordState was = new RecordState(
                    is.vector(),
                    is.collected(),
                    is.ahead(),
                    is.digest().minus(lost.digest()),
                    is.live() - 1,
                    is.clock());
            store.commit(new RecordBatch(List.of(new RecordBatch.Change(lost, null)), List.of(), was), true);
        }
        c = lab.start(3);
        assertThat(c.get("k")).isNull();
        everywhere("k", "one");
        damaged = true;
    }

    @Test
    void clockFarAhead_isNotFollowed_untilItIsRight() {
        a.clockAhead.set(60_000);
        a.put("k", "from the future");
        eventually(() -> assertThat(List.of(b, c))
                .allSatisfy(node -> assertThat(node.meters
                                .counter("nexus_records_future_stamps_total", "peer", a.id)
                                .getCount())
                        .isPositive()));
        assertThat(b.get("k")).isNull();
        b.put("k", "from the present");
        eventually(() -> assertThat(c.get("k")).isEqualTo("from the present"));
    }

    @Test
    void refusal_writesNothing() {
        assertThatThrownBy(() -> a.records
                        .write(new RecordWrite("k", before -> {
                            throw io.nexus.api.error.Problem.field("x", "no").exception();
                        }))
                        .join())
                .hasMessageContaining("x: no");
        assertThat(a.records.state().vector().isEmpty()).isTrue();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
