package io.nexus.statemachine.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.crdt.Position;
import java.io.BufferedReader;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Halts writers at random moments and looks at what they leave. */
class RocksCrashTest {
    private static final int ROUNDS = 6;

    @TempDir
    Path directory;

    @Test
    void store_afterHalts_isCompleteUpToItsPositions() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        Sample.Model[] expected = new Sample.Model[CrashingWriter.SEGMENTS];
        long[] reached = new long[CrashingWriter.SEGMENTS];
        for (int segment = 0; segment < expected.length; segment++) {
            expected[segment] = new Sample.Model(segment);
        }
        for (int round = 0; round < ROUNDS; round++) {
            long[] flushed = runUntilHalted(seed, random.nextLong(20, 1500));
            try (RocksNodeStore store = open()) {
                long live = 0;
                for (Sample.Model model : expected) {
                    long from = reached[model.segment];
                    reached[model.segment] = check(store, model, seed, from, flushed[model.segment]);
                    live += model.live();
                }
                store.columns().enter();
                assertThat(RocksFixture.indexEntries(store))
                        .as("seed %s round %s", seed, round)
                        .isEqualTo(live);
                store.columns().leave();
            }
        }
        assertThat(reached).as("every segment was written to").doesNotContain(0);
        try (var unpacked = Files.list(directory.resolve("libraries"))) {
            assertThat(unpacked).isNotEmpty();
        }
    }

    private RocksNodeStore open() {
        return RocksNodeStore.open(
                directory.resolve("store"), Sample.RULE, CrashingWriter.options(directory.resolve("libraries")));
    }

    /** @return seq of each segment at the end of the last flush that returned */
    private long[] runUntilHalted(long seed, long millis) throws Exception {
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        CrashingWriter.class.getName(),
                        directory.toString(),
                        Long.toString(seed),
                        Long.toString(millis))
                .redirectError(new File(directory.toFile(), "errors.txt"))
                .start();
        long[] flushed = new long[CrashingWriter.SEGMENTS];
        try (BufferedReader lines = writer.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ");
                for (int i = 0; words[0].equals("flushed") && i < flushed.length; i++) {
                    flushed[i] = Long.parseLong(words[i + 1]);
                }
            }
        }
        assertThat(writer.waitFor())
                .as("halted, and not failed: %s", Files.readString(directory.resolve("errors.txt")))
                .isEqualTo(9);
        return flushed;
    }

    private static long check(RocksNodeStore store, Sample.Model model, long seed, long from, long flushed) {
        String as = "seed " + seed + " segment " + model.segment;
        SegmentStore segment = store.segment(model.segment);
        if (segment.position() == null) {
            assertThat(flushed).as(as).isZero();
            return 0;
        }
        Position position = Objects.requireNonNull(segment.position());
        assertThat(position.seq()).as(as).isGreaterThanOrEqualTo(flushed).isGreaterThanOrEqualTo(from);
        for (long seq = from + 1; seq <= position.seq(); seq++) {
            if (!CrashingWriter.isInstall(seq)) {
                model.step(seed, seq);
            }
        }
        assertThat(position).as(as).isEqualTo(CrashingWriter.label(position, model));
        assertThat(segment.flushedPosition()).isEqualTo(position);
        assertThat(Sample.text(segment)).as(as).isEqualTo(model.text());
        for (long hash = 0; hash < 50; hash++) {
            assertThat(Sample.held(segment, hash)).as(as).isEqualTo(model.held(hash));
        }
        return position.seq();
    }
}
