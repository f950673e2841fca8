package io.nexus.api.feed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.statemachine.storage.InMemoryNodeStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who finds out that a copy is wrong, and whose copy it is. */
class ScrubberTest {
    private static final int ROWS = 100;

    private final FeedLab lab = new FeedLab();

    @AfterEach
    void closeLab() throws InterruptedException {
        lab.close();
    }

    @Test
    void rowThatChangedByItself_isFoundByReading_andRepaired() {
        FeedNode owner = lab.member("owner");
        FeedNode follower = lab.follower("follower");
        follower.follow();
        fill(owner);
        Awaitility.await("level").until(() -> follower.rows().equals(owner.rows()));
        ((InMemoryNodeStore) follower.store).damage(FeedLab.STREAM, FeedNode.key(9), "wrong".getBytes(UTF_8));
        follower.hub.onWrong(follower.client::foundWrong);
        try (Scrubber scrubber = scrubber(follower)) {
            scrubber.start();
            Awaitility.await("repaired").until(() -> follower.rows().equals(owner.rows()));
        }
        assertThat(follower.counter("nexus_clset_repaired_rows_total")).isEqualTo(1);
        assertThat(follower.counter("nexus_scrub_bytes_total")).isPositive();
        assertThat(follower.fatal.get()).isNull();
    }

    @Test
    void memberThatDiffersFromTwo_isTheWrongOne() {
        FeedNode a = lab.member("a");
        FeedNode b = lab.member("b");
        FeedNode c = lab.member("c");
        c.applyQuietly(1, "other");
        b.replicate(a.apply(1, "one"));
        assertThat(differences(a)).isTrue();
        assertThat(wrong(a)).isFalse();
        assertThat(wrong(b)).isFalse();
        assertThat(wrong(c)).isTrue();
    }

    @Test
    void ofTwoMembers_theOneThatIsNotTheOwnerIsWrong() {
        FeedNode owner = lab.member("owner");
        FeedNode other = lab.member("other");
        owner.apply(1, "one");
        other.applyQuietly(1, "other");
        assertThat(wrong(owner)).isFalse();
        assertThat(wrong(other)).isTrue();
    }

    @Test
    void followerThatDiffersFromAMember_isTheWrongOne() {
        FeedNode owner = lab.member("owner");
        FeedNode follower = lab.follower("follower");
        owner.apply(1, "one");
        follower.applyQuietly(1, "other");
        assertThat(differences(owner)).isTrue();
        assertThat(wrong(owner)).isFalse();
        assertThat(wrong(follower)).isTrue();
    }

    @Test
    void copies_atOtherPositions_areNotCompared() {
        FeedNode owner = lab.member("owner");
        FeedNode follower = lab.follower("follower");
        owner.applyQuietly(1, "one");
        owner.applyQuietly(2, "two");
        follower.applyQuietly(1, "other");
        assertThat(differences(owner)).as("where it was is no longer known").isFalse();
        assertThat(wrong(follower)).isFalse();
    }

    @Test
    void wrongCopies_thatAgreeWithTheirDigest_areFoundByComparing() {
        FeedNode owner = lab.member("owner");
        FeedNode second = lab.member("second");
        List<Integer> wrong = new CopyOnWriteArrayList<>();
        second.hub.onWrong(wrong::add);
        owner.apply(1, "one");
        second.applyQuietly(1, "other");
        try (Scrubber scrubber = scrubber(second)) {
            scrubber.start();
            Awaitility.await("compared").atMost(Duration.ofSeconds(30)).until(() -> wrong.contains(FeedLab.STREAM));
        }
    }

    private void fill(FeedNode owner) {
        for (int row = 0; row < ROWS; row++) {
            owner.apply(row, "value " + row);
        }
    }

    private boolean differences(FeedNode node) {
        return comparison(node).difference(FeedLab.STREAM).isPresent();
    }

    private boolean wrong(FeedNode node) {
        return comparison(node).weAreWrong(FeedLab.STREAM);
    }

    private DigestComparison comparison(FeedNode node) {
        return new DigestComparison(node.hub, lab.progress(node.id), lab.cluster(node.id), lab.groups(node.id));
    }

    private Scrubber scrubber(FeedNode node) {
        return new Scrubber(new Scrubber.Ports(
                node.store,
                node.hub,
                lab.progress(node.id),
                lab.cluster(node.id),
                lab.groups(node.id),
                node.metrics,
                Duration.ofMillis(100),
                node.fatal::set));
    }
}
