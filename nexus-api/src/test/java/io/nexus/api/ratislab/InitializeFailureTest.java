package io.nexus.api.ratislab;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.ratis.protocol.RaftGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A state machine that throws when it opens leaves its group's storage locked. Nexus opens its database before it
 * starts Ratis, and {@code initialize()} throws for nothing that could pass: a failure there ends the process.
 */
class InitializeFailureTest {
    @TempDir
    Path directory;

    /** Nexus halts when initialize() fails, since nothing else unlocks the group. */
    @Test
    void initialize_throws_groupCannotBeAddedAgainByThisProcess() throws Exception {
        try (Lab lab = Lab.of(directory, 1)) {
            LabNode node = lab.node("n1");
            RaftGroup group = RaftGroup.valueOf(lab.groupId(1), node.peer());
            node.faults().initialize = g -> {
                throw new IOException("toy database is busy");
            };
            assertThatThrownBy(() -> lab.control().add("n1", group, true)).hasStackTraceContaining("is busy");
            node.faults().initialize = g -> {};
            assertThatThrownBy(() -> lab.control().add("n1", group, true)).hasStackTraceContaining("existing director");
            assertThatThrownBy(() -> lab.control().add("n1", group, false)).hasStackTraceContaining("Overlapping");
        }
    }

    /** At a restart one group that cannot open keeps the whole server from starting; the other nodes go on. */
    @Test
    void initialize_throwsAtRestart_serverDoesNotStart() throws Exception {
        try (Lab lab = Lab.of(directory, 3, 2)) {
            LabNode node = lab.node("n3");
            node.crash();
            node.faults().initialize = group -> {
                if (group == 1) {
                    throw new IOException("toy");
                }
            };
            assertThatThrownBy(node::start).hasStackTraceContaining("toy");
            lab.control().write(1, 1, 5);
            lab.control().write(2, 1, 5);
        }
    }
}
