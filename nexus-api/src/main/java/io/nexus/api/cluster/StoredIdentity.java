package io.nexus.api.cluster;

import io.nexus.statemachine.model.ClusterPlan;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The content of {@code node.json}.
 *
 * @param format of the file, {@link #FORMAT}
 * @param nodeId drawn when the data directory was made, UUID text
 * @param groups segments whose group was created here and not removed: a group that is missing later was lost
 * @param plan null while blank
 */
record StoredIdentity(
        int format,
        String nodeId,
        Stage stage,
        List<Integer> groups,
        @Nullable ClusterPlan plan) {
    static final int FORMAT = 1;

    StoredIdentity {
        nodeId = NodeIdentity.uuidText("node id", nodeId);
        groups = List.copyOf(groups);
        if (format != FORMAT) {
            throw new IllegalArgumentException("format " + format + " is not " + FORMAT);
        }
        if ((stage == Stage.BLANK) != (plan == null)) {
            throw new IllegalArgumentException("a plan is there exactly if the stage is not BLANK");
        }
    }

    static StoredIdentity blank(String nodeId) {
        return new StoredIdentity(FORMAT, nodeId, Stage.BLANK, List.of(), null);
    }

    StoredIdentity with(Stage newStage, ClusterPlan newPlan) {
        return new StoredIdentity(format, nodeId, newStage, groups, newPlan);
    }

    StoredIdentity withGroups(List<Integer> newGroups) {
        return new StoredIdentity(format, nodeId, stage, newGroups, plan);
    }
}
