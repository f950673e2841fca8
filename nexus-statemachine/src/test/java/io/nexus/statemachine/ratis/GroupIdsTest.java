package io.nexus.statemachine.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nexus.statemachine.model.Invariant.InvariantBroken;
import java.util.UUID;
import org.apache.ratis.protocol.RaftGroupId;
import org.junit.jupiter.api.Test;

class GroupIdsTest {
    private static final UUID CLUSTER = UUID.fromString("01234567-89ab-4def-8123-456789abcdef");

    @Test
    void of_segment_hasItInTheDigitsThatRatisShows() {
        RaftGroupId group = GroupIds.of(CLUSTER, 23);
        assertThat(group.getUuid()).isEqualTo(UUID.fromString("01234567-89ab-4def-8000-000000000017"));
        assertThat(group.toString()).isEqualTo("group-000000000017");
        assertThat(GroupIds.segment(group)).isEqualTo(23);
        assertThat(GroupIds.segment(GroupIds.of(CLUSTER, 0))).isZero();
        assertThat(GroupIds.segment(GroupIds.of(CLUSTER, 65535))).isEqualTo(65535);
    }

    @Test
    void belongs_anotherClusterOrAnyOtherId_isFalse() {
        UUID other = UUID.fromString("11234567-89ab-4def-8123-456789abcdef");
        assertThat(GroupIds.belongs(CLUSTER, GroupIds.of(CLUSTER, 5))).isTrue();
        assertThat(GroupIds.belongs(CLUSTER, GroupIds.of(other, 5))).isFalse();
        assertThat(GroupIds.belongs(CLUSTER, RaftGroupId.valueOf(CLUSTER))).isFalse();
    }

    @Test
    void of_segmentOutOfRange_breaks() {
        assertThatThrownBy(() -> GroupIds.of(CLUSTER, 65536)).isInstanceOf(InvariantBroken.class);
        assertThatThrownBy(() -> GroupIds.of(CLUSTER, -1)).isInstanceOf(InvariantBroken.class);
    }
}
