package io.nexus.crdt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Members, followers that relay, and at times a rogue, on a network that loses, duplicates and reorders, with crashes
 * that fall back to an earlier durable position and silent damage of rows. After every event the promises are checked;
 * at the end the faults stop and everybody must be level with the authority.
 */
final class FeedSimulation {
    private static final long NONCE = 0x1234;
    private static final int EVENTS = 700;

    private final SplittableRandom random;
    private final SimHistory history;
    private final SimHistory rogueHistory;
    private final List<SimNode> nodes = new ArrayList<>();
    private final List<SimMessage> wire = new ArrayList<>();
    private boolean faults = true;
    int catchUps;
    int damages;

    FeedSimulation(long seed, Set<StreamReceiver.Rule> rules) {
        random = new SplittableRandom(seed);
        history = new SimHistory(random.split(), NONCE);
        rogueHistory = new SimHistory(random.split(), NONCE + 1);
        int members = 1 + random.nextInt(3);
        int followers = 1 + random.nextInt(4);
        boolean rogue = random.nextInt(4) == 0;
        for (int i = 0; i < members + followers + (rogue ? 1 : 0); i++) {
            SimNode.Kind kind = i < members
                    ? SimNode.Kind.MEMBER
                    : i < members + followers ? SimNode.Kind.FOLLOWER : SimNode.Kind.ROGUE;
            SimHistory log = kind == SimNode.Kind.ROGUE ? rogueHistory : history;
            nodes.add(new SimNode(i, kind, log, rules, wire::add));
        }
    }

    void run() {
        for (int i = 0; i < EVENTS; i++) {
            event();
            nodes.forEach(this::check);
        }
        settle();
    }

    private void event() {
        int dice = random.nextInt(100);
        SimNode node = pick(nodes);
        if (dice < 12) {
            history.decide();
            rogueHistory.decide();
        } else if (dice < 30) {
            node.applyLog();
        } else if (dice < 45) {
            node.pump(random.nextInt(nodes.size()), random.nextInt(8) == 0);
        } else if (dice < 80) {
            deliver();
        } else if (dice < 90) {
            chooseUpstream(node);
        } else if (dice < 93) {
            node.silence();
        } else if (dice < 97) {
            node.store.flush();
        } else if (dice < 98) {
            node.crash();
        } else if (dice < 99) {
            damage(node);
        }
    }

    private void damage(SimNode node) {
        if (node.kind == SimNode.Kind.FOLLOWER && node.store.damage(random.nextLong())) {
            node.damaged = true;
            damages++;
        }
    }

    private void chooseUpstream(SimNode node) {
        SimNode other = pick(nodes);
        boolean wants = node.wantsUpstream || random.nextInt(6) == 0;
        if (node.kind == SimNode.Kind.FOLLOWER && other != node && wants) {
            node.choose(other, random.nextBoolean() ? null : Cursor.at(other.store.position()));
        }
    }

    private void deliver() {
        if (wire.isEmpty()) {
            return;
        }
        boolean reorder = faults && random.nextInt(6) == 0;
        SimMessage message = wire.remove(reorder ? random.nextInt(wire.size()) : 0);
        int fate = faults ? random.nextInt(20) : 19;
        if (fate == 0) {
            return;
        }
        if (fate == 1) {
            wire.add(message);
        }
        handle(message);
    }

    private void handle(SimMessage message) {
        SimNode to = nodes.get(message.to());
        switch (message.kind()) {
            case SUBSCRIBE, FETCH -> to.serve(message);
            default -> to.receive(message);
        }
        if (message.kind() == SimMessage.Kind.FETCH) {
            catchUps++;
        }
    }

    private void check(SimNode node) {
        if (node.kind != SimNode.Kind.FOLLOWER) {
            return;
        }
        Position position = node.store.position();
        assertThat(position.seq()).as("position of node %d goes back", node.id).isGreaterThanOrEqualTo(node.seqSeen);
        node.seqSeen = position.seq();
        assertThat(node.receiver().position().seq())
                .as("position of store and receiver of node %d", node.id)
                .isEqualTo(position.seq());
        if (node.damaged || node.receiver().suspect()) {
            return;
        }
        assertThat(position.nonce()).as("branch of node %d", node.id).isEqualTo(NONCE);
        assertThat(node.store.rows())
                .as("rows of node %d at %d", node.id, position.seq())
                .isEqualTo(history.prefix(position.seq()));
    }

    /** No more faults: choose upstreams by who is ahead, deliver in order, and see everybody level and live. */
    private void settle() {
        faults = false;
        for (int round = 0; round < 60; round++) {
            if (round % 10 == 0) {
                history.decide(); // a digest is compared with the next step at the latest
            }
            for (SimNode node : nodes) {
                for (int i = 0; i < EVENTS; i++) {
                    node.applyLog();
                }
                if (node.kind == SimNode.Kind.FOLLOWER && (node.wantsUpstream || stuck(node, round))) {
                    node.choose(best(node), null);
                }
                for (int to = 0; to < nodes.size(); to++) {
                    node.pump(to, false);
                }
            }
            while (!wire.isEmpty()) {
                deliver();
                nodes.forEach(this::check);
            }
        }
        for (SimNode node : nodes) {
            if (node.kind == SimNode.Kind.FOLLOWER) {
                assertLevel(node);
            }
        }
    }

    /** What the driver finds out by heartbeats: others are ahead and nothing comes. */
    private boolean stuck(SimNode node, int round) {
        return round % 5 == 4 && node.store.position().seq() < history.head().seq();
    }

    private SimNode best(SimNode self) {
        @Nullable SimNode best = null;
        for (SimNode node : nodes) {
            boolean candidate = node != self && node.kind == SimNode.Kind.MEMBER;
            if (candidate && (best == null || !self.receiver().tooOldAt(node.name()))) {
                best = node;
            }
        }
        return java.util.Objects.requireNonNull(best);
    }

    private void assertLevel(SimNode node) {
        assertThat(node.store.position()).as("node %d at the end", node.id).isEqualTo(history.head());
        assertThat(node.store.rows()).isEqualTo(history.prefix(history.head().seq()));
        assertThat(node.receiver().live()).as("node %d is live", node.id).isTrue();
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
