package io.nexus.crdt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Members, followers that relay, and at times a rogue, on a network that loses, duplicates, delays, reorders and is cut
 * one way or both; with crashes that fall back to an earlier durable position, members that lag, silent damage of rows,
 * and incarnations that begin anywhere in the past. After every event the promises are checked; at the end the faults
 * stop and everybody must be level with the authority.
 */
final class FeedSimulation {
    private static final long NONCE = 0x1234;
    private static final int EVENTS = 700;

    private final SplittableRandom random;
    private final SimHistory history;
    private final SimHistory rogueHistory;
    private final List<SimNode> nodes = new ArrayList<>();
    private final List<SimMessage> wire = new ArrayList<>();
    private final Set<String> cuts = new HashSet<>();
    private final boolean verifying;
    private boolean faults = true;
    int catchUps;
    int damages;
    int forks;

    /** @param verifying without, nothing is damaged, copies take rows that do not add up, and only the rules keep them right */
    FeedSimulation(long seed, Set<SimFlaw> flaws, boolean verifying) {
        this.verifying = verifying;
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
            nodes.add(new SimNode(i, kind, log, flaws, verifying, wire::add));
        }
        for (int i = random.nextInt(25); i > 0; i--) {
            history.decide();
        }
    }

    void run() {
        for (int i = 0; i < EVENTS; i++) {
            event();
            nodes.forEach(this::check);
        }
        settle();
    }

    int repairs() {
        return nodes.stream().mapToInt(node -> node.repairs).sum();
    }

    private void event() {
        int dice = random.nextInt(200);
        SimNode node = pick(nodes);
        if (dice < 10) {
            history.decide();
            rogueHistory.decide();
        } else if (dice < 40) {
            node.applyLog();
        } else if (dice < 70) {
            for (int to = 0; to < nodes.size(); to++) {
                node.pump(to, random.nextInt(40) == 0);
            }
        } else if (dice < 164) {
            deliver();
        } else if (dice < 174) {
            chooseUpstream(waiting());
        } else if (dice < 182) {
            silence(node);
        } else if (dice < 186) {
            node.flush();
        } else {
            fault(dice, node);
        }
    }

    /** A driver hears nothing for too long: often in a transfer of many messages, seldom in the tail. */
    private void silence(SimNode node) {
        if (node.receiver().catchingUp() || random.nextInt(20) == 0) {
            node.silence();
            if (random.nextInt(3) > 0) {
                chooseUpstream(node); // at once, as a driver does
            }
        }
    }

    private void fault(int dice, SimNode node) {
        if (dice < 188) {
            node.crash();
            wire.removeIf(message -> message.to() == node.id || message.from() == node.id); // its connections end
        } else if (dice < 190) {
            damage(node);
        } else if (dice < 193) {
            node.scrub();
        } else if (dice < 195) {
            long head = history.head().seq();
            history.fork(Math.max(0, head - random.nextInt(8)));
            forks++;
        } else if (dice < 198) {
            node.adopt();
        } else {
            cutOrHeal(node);
        }
    }

    private void cutOrHeal(SimNode node) {
        if (!cuts.isEmpty() && random.nextInt(4) > 0) {
            cuts.clear();
            return;
        }
        int other = random.nextInt(nodes.size());
        cuts.add(node.id + ">" + other);
        if (random.nextBoolean()) {
            cuts.add(other + ">" + node.id);
        }
    }

    private void damage(SimNode node) {
        Long value = random.nextInt(3) == 0 ? null : Long.valueOf(random.nextLong());
        if (verifying && node.kind == SimNode.Kind.FOLLOWER && node.store.damage(random.nextInt(100), value)) {
            node.damaged = true;
            damages++;
        }
    }

    private SimNode waiting() {
        List<SimNode> waiting = nodes.stream()
                .filter(node -> node.kind == SimNode.Kind.FOLLOWER && node.wantsUpstream)
                .toList();
        return pick(waiting.isEmpty() || random.nextInt(10) == 0 ? nodes : waiting);
    }

    private void chooseUpstream(SimNode node) {
        SimNode other = pick(nodes);
        List<SimNode> forgetful = nodes.stream()
                .filter(peer -> node.receiver().tooOldAt(peer.name()))
                .toList();
        if (!forgetful.isEmpty() && random.nextBoolean()) {
            other = pick(forgetful);
        }
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
        int fate = faults ? random.nextInt(40) : 39;
        if (fate == 0 || cuts.contains(message.from() + ">" + message.to())) {
            return;
        }
        if (fate == 1 && message.kind().repeatable()) {
            wire.add(message);
        }
        SimNode to = nodes.get(message.to());
        if (message.kind().request) {
            to.serve(message);
        } else {
            to.receive(message);
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
        Position before = node.seen;
        if (before != null) {
            boolean onward = position.incarnation() == before.incarnation()
                    ? position.seq() >= before.seq()
                    : position.incarnation() > before.incarnation();
            assertThat(onward)
                    .as("node %d went from %s to %s", node.id, before, position)
                    .isTrue();
        }
        node.seen = position;
        assertThat(node.receiver().position().seq())
                .as("position of store and receiver of node %d", node.id)
                .isEqualTo(position.seq());
        if (!node.changed() || node.damaged || node.receiver().suspect()) {
            return;
        }
        assertThat(position.nonce()).as("branch of node %d", node.id).isEqualTo(history.nonce(position.incarnation()));
        assertThat(node.store.rows())
                .as("rows of node %d at %d/%d", node.id, position.incarnation(), position.seq())
                .isEqualTo(history.prefix(position.incarnation(), position.seq()));
        checkToken(node, position);
    }

    /** Whatever a copy says of a write is true: it has it, or nobody ever will. */
    private void checkToken(SimNode node, Position position) {
        int incarnation = 1 + random.nextInt(history.newest());
        long seq = random.nextLong(history.head(incarnation).seq() + 1);
        Token token = seq == 0
                ? new Token(SimHistory.STREAM, 1, 0)
                : history.step(incarnation, seq).after().token();
        switch (history.table(node.store.rows()).covers(token, position)) {
            case SATISFIED ->
                assertThat(token.seq() <= position.seq() && history.contains(position.incarnation(), token))
                        .as("node %d at %s has %s", node.id, position, token)
                        .isTrue();
            case LOST ->
                assertThat(history.contains(history.newest(), token))
                        .as("%s is lost, says node %d", token, node.id)
                        .isFalse();
            case NOT_YET -> {
                boolean has = token.incarnation() == position.incarnation() && token.seq() <= position.seq();
                assertThat(has)
                        .as("node %d at %s does not know that it has %s", node.id, position, token)
                        .isFalse();
            }
        }
    }

    /** No more faults: choose upstreams by who is ahead, deliver in order, and see everybody level and live. */
    private void settle() {
        faults = false;
        cuts.clear();
        nodes.forEach(SimNode::adopt);
        for (int round = 0; round < 60; round++) {
            if (round % 10 == 0) {
                history.decide();
            }
            for (SimNode node : nodes) {
                for (int i = 0; i < EVENTS; i++) {
                    node.applyLog();
                }
                node.scrub();
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
        return round % 5 == 4 && !node.store.position().equals(history.head());
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
        Position head = history.head();
        assertThat(node.store.position()).as("node %d at the end", node.id).isEqualTo(head);
        assertThat(node.store.rows()).isEqualTo(history.prefix(head.incarnation(), head.seq()));
        assertThat(node.receiver().live()).as("node %d is live", node.id).isTrue();
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
