package io.nexus.api.feed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.statemachine.storage.InMemoryNodeStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Copies that are wrong or on a branch that was left, put right over real connections. */
class FeedRepairTest {
    private static final String DIVERGENCE = "nexus_clset_divergence_total";

    private final FeedLab lab = new FeedLab();

    @AfterEach
    void closeLab() throws InterruptedException {
        lab.nodes
                .values()
                .forEach(node -> assertThat(node.fatal.get()).as(node.id).isNull());
        lab.close();
    }

    @Test
    void damagedRow_isFoundByTheNextStepThatTouchesIt_andRepairedByRanges() {
        FeedNode owner = lab.member("owner");
        FeedNode follower = lab.follower("follower");
        follower.follow();
        write(owner, 400);
        awaitLevel(follower, owner);
        damage(follower, 7, "wrong");
        damage(follower, 200, null);
        owner.apply(7, "right");
        awaitLevel(follower, owner);
        assertThat(follower.counter("nexus_clset_repairs_total")).isEqualTo(1);
        assertThat(follower.counter("nexus_clset_repaired_rows_total")).isEqualTo(2);
        assertThat(follower.counter("nexus_clset_repair_bytes_total")).isBetween(100L, 10_000L);
        assertThat(follower.counter("nexus_clset_catchup_bytes_total"))
                .as("nothing was fetched whole")
                .isZero();
        owner.apply(8, "on");
        awaitLevel(follower, owner);
    }

    @Test
    void copyThatARecountFoundWrong_isRepaired_whileTheOwnerWrites() {
        FeedNode owner = lab.member("owner");
        FeedNode follower = lab.follower("follower");
        follower.follow();
        write(owner, 400);
        awaitLevel(follower, owner);
        damage(follower, 13, "wrong");
        follower.client.foundWrong(FeedLab.STREAM);
        write(owner, 20);
        awaitLevel(follower, owner);
        assertThat(follower.counter("nexus_clset_repairs_total")).isEqualTo(1);
        assertThat(follower.counter(DIVERGENCE)).isEqualTo(1);
    }

    @Test
    void copyThatIsMostlyWrong_isFetchedWhole() {
        FeedNode owner = lab.member("owner");
        FeedNode follower = lab.follower("follower");
        follower.follow();
        write(owner, 100);
        awaitLevel(follower, owner);
        for (int row = 0; row < 50; row++) {
            damage(follower, row, null);
        }
        follower.client.foundWrong(FeedLab.STREAM);
        await("fetched whole", () -> follower.counter("nexus_clset_catchup_bytes_total") > 0);
        awaitLevel(follower, owner);
        assertThat(follower.counter("nexus_clset_repairs_total")).isZero();
    }

    @Test
    void sourceThatIsDamagedItself_isNotBelieved_andHearsOfIt() {
        FeedNode owner = lab.member("owner");
        FeedNode second = lab.member("second");
        FeedNode follower = lab.follower("follower");
        List<Integer> wrong = new CopyOnWriteArrayList<>();
        owner.hub.onWrong(wrong::add);
        follower.follow();
        for (int i = 0; i < 200; i++) {
            second.replicate(owner.apply(i, "v" + i));
        }
        awaitLevel(follower, owner);
        damage(owner, 5, "wrong");
        damage(follower, 9, "wrong too");
        follower.client.foundWrong(FeedLab.STREAM);
        awaitLevel(follower, second);
        assertThat(wrong).contains(FeedLab.STREAM);
        assertThat(follower.counter("nexus_clset_repairs_total")).isEqualTo(1);
    }

    @Test
    void newIncarnation_isFollowedFromItsForkPoint_andReconciledBeyondIt() {
        FeedNode owner = lab.member("owner");
        FeedNode second = lab.member("second");
        FeedNode level = lab.follower("level");
        FeedNode ahead = lab.follower("ahead");
        level.follow();
        ahead.follow();
        for (int i = 0; i < 200; i++) {
            second.replicate(owner.apply(i, "v" + i));
        }
        awaitLevel(level, owner);
        awaitLevel(ahead, owner);
        level.client.unfollow(FeedLab.STREAM).join();
        owner.apply(3, "lost"); // the second member, from which the segment is rebuilt, never has it
        awaitLevel(ahead, owner);
        lab.kill("owner");
        lab.owner = "second";
        second.begin(2);
        level.follow();
        awaitLevel(level, second);
        awaitLevel(ahead, second);
        assertThat(level.installs).as("went on without a break").isEmpty();
        assertThat(ahead.counter("nexus_clset_repairs_total")).isEqualTo(1);
        assertThat(ahead.counter(DIVERGENCE)).as("superseded, not wrong").isZero();
        second.apply(4, "on");
        awaitLevel(ahead, second);
    }

    private static void damage(FeedNode node, int row, @Nullable String value) {
        ((InMemoryNodeStore) node.store)
                .damage(FeedLab.STREAM, FeedNode.key(row), value == null ? null : value.getBytes(UTF_8));
    }

    private static void write(FeedNode owner, int steps) {
        for (int i = 0; i < steps; i++) {
            owner.apply(i, "value " + i + " of step " + owner.seq());
        }
    }

    private static void awaitLevel(FeedNode follower, FeedNode owner) {
        await(
                follower.id + " level with " + owner.id,
                () -> follower.seq() == owner.seq() && follower.rows().equals(owner.rows()));
    }

    private static void await(String what, java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await(what).atMost(Duration.ofSeconds(60)).until(condition);
    }
}
