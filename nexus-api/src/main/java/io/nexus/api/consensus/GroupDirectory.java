package io.nexus.api.consensus;

import io.nexus.statemachine.ratis.GroupIds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.ratis.protocol.RaftGroupId;

/** Where the groups of one cluster keep their logs on this node: a directory for each, named by Ratis. */
record GroupDirectory(Path root, UUID clusterId) {
    Path of(int segment) {
        return root.resolve(GroupIds.of(clusterId, segment).getUuid().toString());
    }

    /**
     * Makes the directory ready for Ratis, which would start whatever lies here, or silently leave it out, and which
     * cannot open a log that a crash left in mid-purge.
     */
    void prepare(RaftLogRepair repair) throws IOException {
        Files.createDirectories(root);
        try (Stream<Path> entries = Files.list(root)) {
            for (Path entry : entries.toList()) {
                if (!isGroupOfCluster(entry.getFileName().toString())) {
                    throw new IOException(entry + " is not a group of cluster " + clusterId
                            + ": the data directory belongs to another cluster or was tampered with");
                }
                repair.repair(entry);
            }
        }
    }

    private boolean isGroupOfCluster(String name) {
        try {
            return GroupIds.belongs(clusterId, RaftGroupId.valueOf(UUID.fromString(name)));
        } catch (IllegalArgumentException notAnId) {
            return false;
        }
    }
}
