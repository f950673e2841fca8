package io.nexus.api.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.feed.UpstreamChoice.Candidate;
import io.nexus.crdt.Digest;
import io.nexus.crdt.Position;
import io.nexus.crdt.Upstream;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UpstreamChoiceTest {
    private static final Position HERE = new Position(1, 1, 99, 100, 1, 100, 0, Digest.ZERO, 0);

    private static final Candidate OWNER = new Candidate("owner", true, true, true, 1, 120);
    private static final Candidate MEMBER = new Candidate("member", false, true, true, 1, 110);
    private static final Candidate AHEAD = new Candidate("ahead", false, false, true, 1, 130);
    private static final Candidate LEVEL = new Candidate("level", false, false, true, 1, 100);

    @Test
    void owner_comesFirst_thenMembers_thenWhoeverIsAhead() {
        assertThat(choose(AHEAD, MEMBER, OWNER)).isEqualTo("owner");
        assertThat(choose(AHEAD, MEMBER)).isEqualTo("member");
        assertThat(choose(AHEAD, LEVEL)).isEqualTo("ahead");
    }

    @Test
    void relay_thatIsNotAhead_isNotFollowed_butMayReplaceASuspectCopy() {
        assertThat(choose(LEVEL)).isNull();
        assertThat(choose(Set.of(), true, LEVEL)).isEqualTo("level");
    }

    @Test
    void relay_thatIsNotIntact_isNotFollowed() {
        assertThat(choose(new Candidate("ahead", false, false, false, 1, 130))).isNull();
    }

    @Test
    void memberThatWasNotHeardOf_mayBeAsked_andOneHeardOfLongAgoToo() {
        assertThat(choose(new Candidate("silent", false, true, false, 0, -1))).isEqualTo("silent");
        assertThat(choose(new Candidate("old", false, true, true, 1, 90))).isEqualTo("old");
    }

    @Test
    void memberKnownToBeBehind_isNotAskedForTheWhole() {
        Candidate behind = new Candidate("behind", false, true, true, 1, 90);
        assertThat(choose(Set.of(), true, behind)).isNull();
        assertThat(choose(Set.of(), true, behind, LEVEL)).isEqualTo("level");
    }

    @Test
    void whoForgotTheSteps_comesLast() {
        assertThat(choose(Set.of("owner"), false, OWNER, AHEAD)).isEqualTo("ahead");
        assertThat(choose(Set.of("owner", "ahead"), false, OWNER, AHEAD)).isEqualTo("owner");
    }

    @Test
    void relay_namedByAFullNode_isFollowedThoughItIsLevel_theFirstNamedFirst() {
        Candidate second = new Candidate("second", false, false, true, 1, 99);
        UpstreamChoice.Terms named =
                new UpstreamChoice.Terms(peer -> !peer.equals("owner"), peer -> false, List.of("second", "level"));
        assertThat(choose(named, false, OWNER, LEVEL, second)).isEqualTo("second");
        assertThat(choose(named, false, OWNER, LEVEL)).isEqualTo("level");
        assertThat(choose(named, false, OWNER, LEVEL, MEMBER)).isEqualTo("member");
        assertThat(choose(named, true, second))
                .as("nothing is repaired from it")
                .isNull();
    }

    @Test
    void newerIncarnation_isAhead_olderIsNot() {
        assertThat(choose(new Candidate("newer", false, false, true, 2, 3))).isEqualTo("newer");
        assertThat(choose(new Candidate("older", false, false, true, 0, 900))).isNull();
    }

    @Test
    void relay_isLeftForAMember_butNotForOneThatForgotTheSteps() throws InterruptedException {
        FeedLab lab = new FeedLab();
        try {
            lab.member("m");
            lab.follower("f");
            lab.follower("relay");
            Upstreams upstreams = new Upstreams(lab.peers("f"), lab.groups("f"), lab.cluster("f"), lab.progress("f"));
            assertThat(upstreams.betterThan(FeedLab.STREAM, "relay", peer -> true, peer -> false))
                    .isTrue();
            assertThat(upstreams.betterThan(FeedLab.STREAM, "relay", peer -> true, "m"::equals))
                    .isFalse();
            assertThat(upstreams.betterThan(FeedLab.STREAM, "m", peer -> true, peer -> false))
                    .isFalse();
        } finally {
            lab.close();
        }
    }

    private static String choose(Candidate... candidates) {
        return choose(Set.of(), false, candidates);
    }

    private static String choose(Set<String> tooOld, boolean replace, Candidate... candidates) {
        return choose(new UpstreamChoice.Terms(peer -> true, tooOld::contains, List.of()), replace, candidates);
    }

    private static String choose(UpstreamChoice.Terms terms, boolean replace, Candidate... candidates) {
        return UpstreamChoice.choose(List.of(candidates), terms, HERE, replace)
                .map(Upstream::peer)
                .orElse(null);
    }
}
