package io.nexus.api.ratislab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.apache.ratis.protocol.RaftGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A member that lost its disk has forgotten whom it voted for, and RATIS-2523 leaves it behind while its group is idle.
 * In Nexus a node without its identity file is a new node: the old seat is removed and a new one added.
 */
class WipedMemberTest {
    @TempDir
    Path directory;

    /** What a node must never do. If it happens all the same, the next entry brings the member back: hence the tick. */
    @Test
    void wipedMember_sameId_isBroughtBackByTheNextEntryAtTheLatest() throws Exception {
        try (Lab lab = Lab.of(directory, 3, 1)) {
            lab.control().write(1, 1, 10);
            lab.awaitEqual(1);
            LabNode follower = lab.awaitFollower(1);
            lab.control().remove(1, follower.id());
            lab.control().add(follower.id(), RaftGroup.valueOf(lab.groupId(1), lab.peers(lab.ids())), true);
            lab.control().write(1, 11);
            lab.awaitEqual(1);
        }
    }

    /** The way of Nexus: the seat goes to a new id, and an idle group is no obstacle. */
    @Test
    void wipedMember_newId_isBroughtBackThoughTheGroupIsIdle() throws Exception {
        try (Lab lab = Lab.of(directory, 3, 1)) {
            lab.control().write(1, 1, 10);
            LabNode lost = lab.awaitFollower(1);
            lost.crash();
            lab.addNode("n4");
            lab.control().addEmpty(1, "n4");
            List<String> after =
                    lab.ids().stream().filter(id -> !id.equals(lost.id())).toList();
            List<String> before =
                    lab.ids().stream().filter(id -> !id.equals("n4")).toList();
            LabNode leader = lab.awaitLeader(1);
            assertThat(lab.control().compareAndSet(1, leader, before, after).isSuccess())
                    .isTrue();
            lab.awaitEqual(1, after);
        }
    }
}
