package io.nexus.statemachine.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.apache.ratis.server.RaftServerConfigKeys.Log.CorruptionPolicy;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.server.storage.RaftStorageDirectory;
import org.apache.ratis.server.storage.RaftStorageMetadataFile;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MarkerSnapshotsTest {
    @TempDir
    Path group;

    private MarkerSnapshots markers = new MarkerSnapshots();

    private MarkerSnapshots open() throws IOException {
        markers = new MarkerSnapshots();
        markers.init(new Storage(group));
        return markers;
    }

    private List<String> names() throws IOException {
        try (var entries = Files.list(group.resolve("sm"))) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    private static TermIndex at(long term, long index) {
        return TermIndex.valueOf(term, index);
    }

    private static void put(Path directory, String name) throws IOException {
        Files.createDirectories(directory.resolve(name));
        Files.writeString(directory.resolve(name).resolve("position"), "x");
        Files.writeString(directory.resolve(name).resolve("position.md5"), "x");
    }

    @Test
    void init_emptyGroup_hasNoMarker() throws IOException {
        open();
        assertThat(markers.getLatestSnapshot()).isNull();
        assertThat(markers.newest()).isEqualTo(TermIndex.INITIAL_VALUE);
    }

    @Test
    void write_isTheNewestFromThenOn() throws IOException {
        open();
        markers.write(at(1, 9), "first");
        markers.write(at(2, 10), "second");
        markers.write(at(2, 10), "second");
        assertThat(markers.newest()).isEqualTo(at(2, 10));
        assertThat(names()).containsExactly("1_9", "2_10");
        assertThat(open().newest()).isEqualTo(at(2, 10));
        SnapshotInfo marker = Objects.requireNonNull(markers.getLatestSnapshot());
        FileInfo file = marker.getFiles().get(0);
        assertThat(marker.getFiles()).hasSize(1);
        assertThat(file.getPath()).isAbsolute().startsWith(group).hasContent("second\n");
        assertThat(file.getFileSize()).isEqualTo(7);
    }

    @Test
    void cleanup_keepsTheNewestByNumber() throws IOException {
        open();
        for (long index : new long[] {8, 9, 10, 11, 100}) {
            markers.write(at(1, index), "x");
        }
        markers.cleanupOldSnapshots(null);
        assertThat(names()).containsExactly("1_100", "1_11");
        markers.cleanupOldSnapshots(new SnapshotRetentionPolicy() {
            @Override
            public int getNumSnapshotsRetained() {
                return 1;
            }
        });
        assertThat(names()).as("never fewer than two").hasSize(2);
    }

    @Test
    void takeOver_findsThePushedOne() throws IOException {
        open();
        markers.write(at(1, 9), "own");
        Files.move(group.resolve("sm"), group.resolve("sm.tmp1"));
        put(group.resolve("sm"), "3_50");
        assertThat(markers.newest()).isEqualTo(at(1, 9));
        assertThat(markers.takeOver()).isEqualTo(at(3, 50));
        markers.sync();
        assertThat(Objects.requireNonNull(markers.getLatestSnapshot()).getFiles())
                .as("without the checksum file")
                .hasSize(1);
    }

    @Test
    void init_afterACrashBetweenTheTwoRenames_putsTheOldMarkersBack() throws IOException {
        open().write(at(1, 9), "own");
        Files.move(group.resolve("sm"), group.resolve("sm.tmp20260101"));
        put(group.resolve("tmp").resolve("snapshot-1"), "3_50");
        assertThat(open().newest()).isEqualTo(at(1, 9));
        assertThat(group.resolve("sm.tmp20260101")).doesNotExist();
        assertThat(group.resolve("tmp").resolve("snapshot-1")).doesNotExist();
    }

    @Test
    void init_afterACrashBeforeTheOldMarkersWereDeleted_deletesThem() throws IOException {
        put(group.resolve("sm.tmp20260101"), "1_9");
        put(group.resolve("sm"), "3_50");
        Files.createDirectories(group.resolve("sm").resolve("draft-4_60"));
        Files.createDirectories(group.resolve("sm").resolve("4_70"));
        assertThat(open().newest()).as("without its file it is no marker").isEqualTo(at(3, 50));
        assertThat(group.resolve("sm.tmp20260101")).doesNotExist();
        assertThat(names()).containsExactly("3_50", "4_70");
    }

    @Test
    void logStart_isTheFirstIndexOfTheLogsFiles() throws IOException {
        assertThat(MarkerSnapshots.logStart(new Storage(group))).isEqualTo(-1);
        Path current = Files.createDirectories(group.resolve("current"));
        Files.createFile(current.resolve("raft-meta"));
        assertThat(MarkerSnapshots.logStart(new Storage(group))).isEqualTo(-1);
        Files.createFile(current.resolve("log_inprogress_120"));
        Files.createFile(current.resolve("log_20-119"));
        assertThat(MarkerSnapshots.logStart(new Storage(group))).isEqualTo(20);
    }

    private record Storage(Path root) implements RaftStorage {
        @Override
        public RaftStorageDirectory getStorageDir() {
            return new RaftStorageDirectory() {
                @Override
                public File getRoot() {
                    return root.toFile();
                }

                @Override
                public boolean isHealthy() {
                    return true;
                }
            };
        }

        @Override
        public void initialize() {}

        @Override
        public @Nullable RaftStorageMetadataFile getMetadataFile() {
            return null;
        }

        @Override
        public CorruptionPolicy getLogCorruptionPolicy() {
            return CorruptionPolicy.EXCEPTION;
        }

        @Override
        public void close() {}
    }
}
