package io.nexus.api.feed;

import static io.nexus.api.feed.FeedNetworkTest.awaitLevel;
import static io.nexus.api.feed.FeedNetworkTest.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.crdt.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Twelve nodes, of which no one serves more than two others: followers of followers. */
class FeedTreeTest {
    private static final int FOLLOWERS = 11;
    private static final int FAN_OUT = 2;

    private final FeedLab lab = new FeedLab();

    @AfterEach
    void closeLab() throws InterruptedException {
        lab.nodes
                .values()
                .forEach(node -> assertThat(node.fatal.get()).as(node.id).isNull());
        lab.close();
    }

    @Test
    void moreFollowersThanANodeServes_formATree_thatHealsWithoutRings() {
        lab.fanOut = FAN_OUT;
        FeedNode owner = lab.member("owner");
        List<FeedNode> followers = new ArrayList<>();
        for (int i = 0; i < FOLLOWERS; i++) {
            followers.add(lab.follower("f%02d".formatted(i)));
        }
        write(owner, 50);
        followers.forEach(FeedNode::follow);
        write(owner, 50);
        followers.forEach(follower -> awaitLevel(follower, owner));
        awaitTree(owner, followers);
        write(owner, 100);
        followers.forEach(follower -> awaitLevel(follower, owner));
        assertThat(owner.counter("nexus_clset_redirects_total")).isPositive();
        assertThat(followers)
                .allSatisfy(follower -> assertThat(follower.counter("nexus_clset_divergence_total"))
                        .isZero());

        FeedNode lost = lab.nodes.get(upstreams(followers).values().stream()
                .filter(upstream -> !upstream.equals(owner.id))
                .findFirst()
                .orElseThrow());
        lab.kill(lost.id);
        lost.client.unfollow(FeedLab.STREAM).join();
        followers.remove(lost);
        write(owner, 100);
        followers.forEach(follower -> awaitLevel(follower, owner));
        awaitTree(owner, followers);
    }

    @Test
    void ownerThatIsFull_leavesItsFollowersToTheOtherMembersFirst() {
        lab.fanOut = 1;
        List<FeedNode> members = List.of(lab.member("a"), lab.member("b"), lab.member("c"));
        List<FeedNode> followers = List.of(lab.follower("x"), lab.follower("y"), lab.follower("z"));
        followers.forEach(FeedNode::follow);
        for (int i = 0; i < 100; i++) {
            Step step = members.get(0).apply(i, "value " + i);
            members.get(1).replicate(step);
            members.get(2).replicate(step);
        }
        followers.forEach(follower -> awaitLevel(follower, members.get(0)));
        Awaitility.await("one each")
                .untilAsserted(
                        () -> assertThat(upstreams(followers).values()).containsExactlyInAnyOrder("a", "b", "c"));
    }

    /** Everybody is live, nobody serves too many, and every way leads to the owner. */
    private static void awaitTree(FeedNode owner, List<FeedNode> followers) {
        Awaitility.await("a tree").untilAsserted(() -> {
            Map<String, String> upstreams = upstreams(followers);
            assertThat(upstreams).hasSize(followers.size());
            Map<String, Integer> served = new HashMap<>();
            upstreams.values().forEach(upstream -> served.merge(upstream, 1, Integer::sum));
            assertThat(served).allSatisfy((node, count) -> assertThat(count).isLessThanOrEqualTo(FAN_OUT));
            for (FeedNode follower : followers) {
                @Nullable String at = follower.id;
                for (int hops = 0; !owner.id.equals(at); hops++) {
                    assertThat(hops)
                            .as("a ring from " + follower.id + ": " + upstreams)
                            .isLessThan(FOLLOWERS);
                    at = upstreams.get(at);
                }
                assertThat(follower.hub.via(FeedLab.STREAM).get(0)).isEqualTo(owner.id);
            }
        });
    }

    private static Map<String, String> upstreams(List<FeedNode> followers) {
        Map<String, String> upstreams = new HashMap<>();
        for (FeedNode follower : followers) {
            FollowState state = Objects.requireNonNull(follower.client.state(FeedLab.STREAM));
            if (state.live() && state.upstream() != null) {
                upstreams.put(follower.id, state.upstream());
            }
        }
        return upstreams;
    }
}
