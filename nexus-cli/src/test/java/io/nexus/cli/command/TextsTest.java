package io.nexus.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.v1.AsOf;
import io.nexus.api.v1.LookupResponse;
import org.junit.jupiter.api.Test;

final class TextsTest {
    @Test
    void freshness_saysWhoAnsweredHowOldAndAsOfWhat() {
        LookupResponse response = LookupResponse.newBuilder()
                .setAnsweredBy("n1")
                .setStalenessMs(12)
                .addAsOf(part(3, 42, 12, "member"))
                .addAsOf(part(4, 7, 1, "owner"))
                .build();
        assertThat(Texts.freshness(response))
                .isEqualTo(
                        "answered by n1, at most 12 ms old; read segment.incarnation.seq 3.1.42 4.1.7 (member, owner)");
    }

    @Test
    void freshness_ofUnknownAge_saysSo() {
        LookupResponse response = LookupResponse.newBuilder()
                .setAnsweredBy("n1")
                .setStalenessMs(-1)
                .addAsOf(part(3, 42, -1, "follower"))
                .build();
        assertThat(Texts.freshness(response)).contains("age unknown");
    }

    private static AsOf part(int segment, long seq, long age, String role) {
        return AsOf.newBuilder()
                .setSegment(segment)
                .setIncarnation(1)
                .setSeq(seq)
                .setStalenessMs(age)
                .setRole(role)
                .build();
    }
}
