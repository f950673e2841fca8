package io.nexus.api.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.ratis.util.SizeInBytes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What real Ratis does with such logs, and that it opens them afterwards, is shown in the Ratis lab. */
class RaftLogRepairTest {
    @TempDir
    private Path group;

    private final RaftLogRepair repair = new RaftLogRepair(SizeInBytes.valueOf("1MB"));

    @BeforeEach
    void directories() throws IOException {
        Files.createDirectories(group.resolve("current"));
        Files.createDirectories(group.resolve("sm"));
    }

    @Test
    void gapBelowTheMarker_isClosed() throws IOException {
        file("log_0-25");
        file("log_26-40");
        file("log_78-90");
        marker("3_80");
        repair.repair(group);
        assertThat(names()).containsExactly("log_78-90");
    }

    @Test
    void gapPastTheMarker_isLeftToBeReported() throws IOException {
        file("log_0-25");
        file("log_78-90");
        marker("3_20");
        repair.repair(group);
        assertThat(names()).containsExactly("log_0-25", "log_78-90");
    }

    @Test
    void soundLog_isNotTouched() throws IOException {
        file("log_0-25");
        file("log_26-40");
        marker("1_30");
        marker("1_12");
        repair.repair(group);
        assertThat(names()).containsExactly("log_0-25", "log_26-40");
    }

    @Test
    void withoutMarker_nothingIsTouched() throws IOException {
        file("log_0-25");
        file("log_78-90");
        repair.repair(group);
        assertThat(names()).containsExactly("log_0-25", "log_78-90");
    }

    private void file(String name) throws IOException {
        Files.writeString(group.resolve("current").resolve(name), "");
    }

    private void marker(String name) throws IOException {
        Files.createDirectories(group.resolve("sm").resolve(name));
    }

    private java.util.List<String> names() throws IOException {
        try (var files = Files.list(group.resolve("current"))) {
            return files.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }
}
