package io.nexus.crdt.records;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.crdt.records.CatchUp.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Nodes that write the same records on all sides of a network that loses, duplicates, delays and divides; processes that
 * die before their writes are durable, disks that are set back, clocks that are off, nodes that are thrown out and come
 * back. After every event each replica must be sound; when the faults end, all must have the last write of each record.
 */
final class RecordSimulation {
    private static final int EVENTS = 400;
    private static final int ROUNDS = 40;
    private static final List<String> KEYS = List.of("a", "b", "c", "d", "e");

    private final SplittableRandom random;
    private final Terms terms;
    private final List<RecordNode> nodes = new ArrayList<>();
    private final List<Message> wire = new ArrayList<>();
    private final RecordOracle oracle = new RecordOracle();
    private long time = 1_000_000;
    private long incarnation = 1;
    private int cut = -1;
    private int answers;
    private boolean faults = true;
    private boolean lostWrites;
    int dropped;
    int compared;
    int conflicts;

    /** What a run may do, and what is broken in it. */
    record Terms(Set<RecordReplica.Rule> rules, boolean renews, boolean wholeVector, boolean losesDisks) {}

    private sealed interface Message {
        RecordNode from();

        RecordNode to();
    }

    private record Writes(RecordNode from, RecordNode to, Origin origin, long prev, List<byte[]> writes)
            implements Message {}

    private record Said(RecordNode from, RecordNode to, Statement statement) implements Message {}

    private record Ask(RecordNode from, RecordNode to, int session, VersionVector known, boolean compare)
            implements Message {}

    private record Part(
            RecordNode from,
            RecordNode to,
            int session,
            int answer,
            int number,
            Kind kind,
            RecordState source,
            @Nullable List<Revision> revisions)
            implements Message {}

    RecordSimulation(long seed, Terms terms) {
        this.random = new SplittableRandom(seed);
        this.terms = terms;
        int count = 2 + random.nextInt(3);
        boolean wrongClock = random.nextInt(8) == 0;
        for (int i = 1; i <= count; i++) {
            long skew = wrongClock && i == 1 ? 5_000 : random.nextInt(400) - 200;
            nodes.add(new RecordNode(i, skew, terms.rules(), terms.renews()));
        }
    }

    void run() {
        for (int i = 0; i < EVENTS; i++) {
            time += random.nextInt(12);
            event();
            nodes.forEach(this::check);
        }
        settle();
    }

    private void check(RecordNode node) {
        if (node.member && node.checked != node.store.state()) {
            node.checked = node.store.state();
            oracle.checkSound(node.name(), node.store, KEYS);
        }
    }

    /* --------------- events --------------- */

    private void event() {
        RecordNode node = pick(nodes);
        RecordNode other = pick(nodes);
        int dice = random.nextInt(100);
        if (dice < 22) {
            write(node);
        } else if (dice < 40) {
            follow(node, other);
        } else if (dice < 50) {
            ask(node, other);
        } else if (dice < 88) {
            deliver();
        } else if (dice < 94) {
            collect(node);
        } else if (dice < 95) {
            cut = random.nextInt(3) == 0 ? -1 : random.nextInt(1 << nodes.size());
        } else if (dice < 96) {
            node.session++; // what was under way is given up
            node.catchUp = null;
            node.cursors.clear();
        } else if (terms.losesDisks()) {
            disaster(node, dice);
        }
    }

    private void disaster(RecordNode node, int dice) {
        if (dice == 96) {
            node.writeLost(pick(KEYS), bytes(), time);
            die(node, random.nextInt(node.store.crashStates()));
        } else if (dice == 97) {
            die(node, random.nextInt(node.store.crashStates()));
        } else if (dice == 98) {
            die(node, random.nextInt(node.store.pastStates() + 1));
        } else if (node.member) {
            node.member =
                    nodes.stream().filter(any -> any.member && !any.mustCompare).count() <= 2;
        } else {
            node.member = true;
            node.mustCompare = true;
            die(node, 0);
        }
    }

    /** A restart takes longer than clocks are apart. */
    private void die(RecordNode node, int commitsLost) {
        lostWrites = true;
        node.store.back(commitsLost);
        time += RecordNode.OFFSET_MAX;
        node.restart(time, ++incarnation);
    }

    private void write(RecordNode node) {
        byte @Nullable [] value = random.nextInt(3) == 0 ? null : bytes();
        VersionVector seen = node.store.state().vector();
        node.write(pick(KEYS), value, time).forEach(written -> oracle.wrote(written, seen));
    }

    private byte[] bytes() {
        return Long.toString(random.nextLong()).getBytes(StandardCharsets.UTF_8);
    }

    /** The node asks the other for what it wrote lately, and hears what it has. */
    private void follow(RecordNode node, RecordNode other) {
        if (node == other || !talk(node, other) || node.mustCompare || other.mustCompare) {
            return;
        }
        Origin origin = other.tail.origin();
        long at = other.cursors.computeIfAbsent(
                node.id, id -> node.store.state().vector().seq(origin));
        List<byte[]> writes = other.tail.read(at, 100);
        if (writes == null) {
            other.cursors.remove(node.id);
            ask(node, other);
        } else {
            other.cursors.put(node.id, at + writes.size());
            send(new Writes(other, node, origin, at, writes));
            send(new Said(other, node, other.replica.statement()));
        }
    }

    private void ask(RecordNode node, RecordNode other) {
        if (node != other && talk(node, other) && node.catchUp == null && !other.mustCompare) {
            node.session++;
            node.nextChunk = 0;
            VersionVector known = node.store.state().vector();
            send(new Ask(node, other, node.session, known, node.mustCompare));
        }
    }

    private void collect(RecordNode node) {
        if (node.member && !node.mustCompare) {
            Set<UUID> others = nodes.stream()
                    .filter(any -> any != node && any.member)
                    .map(any -> any.id)
                    .collect(Collectors.toSet());
            dropped += node.replica.collect(others, 3, node.now(time));
            if (node.catchUp == null) {
                VersionVector seen = node.store.state().vector();
                List<Revision> adopted = node.replica.adopt(others, node.now(time));
                adopted.forEach(node.tail::append);
                adopted.forEach(written -> oracle.wrote(written, seen));
            }
        }
    }

    /* --------------- network --------------- */

    private boolean talk(RecordNode a, RecordNode b) {
        return a.member && b.member && side(a) == side(b);
    }

    private boolean side(RecordNode node) {
        return cut >= 0 && (cut >> nodes.indexOf(node) & 1) == 1;
    }

    private void send(Message message) {
        wire.add(message);
    }

    private void deliver() {
        if (wire.isEmpty()) {
            return;
        }
        Message message = wire.remove(faults && random.nextInt(4) == 0 ? random.nextInt(wire.size()) : 0);
        int fate = faults ? random.nextInt(20) : 19;
        if (!talk(message.from(), message.to()) || fate == 0) {
            return;
        }
        if (fate == 1) {
            wire.add(message);
        }
        handle(message);
    }

    private void handle(Message message) {
        RecordNode to = message.to();
        if (message instanceof Writes writes) {
            List<Revision> revisions =
                    writes.writes().stream().map(RevisionCodec::decode).toList();
            if (!to.mustCompare
                    && to.replica.tail(writes.origin(), writes.prev(), revisions, to.now(time))
                            != RecordReplica.Taken.APPLIED) {
                writes.from().cursors.remove(to.id); // it follows anew from where it is
            }
        } else if (message instanceof Said said) {
            assertThat(to.replica.diverges(said.statement()))
                    .as(
                            "%s and %s have the same writes and not the same content",
                            to.name(), said.from().name())
                    .isFalse();
            to.replica.heard(said.statement());
        } else if (message instanceof Ask ask) {
            serve(ask);
        } else if (message instanceof Part part) {
            take(part);
        }
    }

    private void serve(Ask ask) {
        RecordNode source = ask.to();
        try (RecordSnapshot snapshot = source.store.snapshot()) {
            RecordState state = snapshot.state();
            Kind kind = ask.compare() ? Kind.ABSENCE : RecordReplica.kindFor(state, ask.known(), false);
            Origin only = terms.wholeVector() || state.vector().isEmpty()
                    ? null
                    : pick(List.copyOf(state.vector().seqs().keySet()));
            RecordState shown = only == null
                    ? state
                    : new RecordState(
                            VersionVector.of(new Dot(only, state.vector().seq(only))),
                            VersionVector.EMPTY,
                            VersionVector.EMPTY,
                            state.digest(),
                            state.live(),
                            state.clock());
            RecordSnapshot.Cursor cursor = kind == Kind.NEWS ? snapshot.beyond(ask.known()) : snapshot.all();
            compared += kind == Kind.ABSENCE ? 1 : 0;
            int number = 0;
            int answer = ++answers;
            for (List<Revision> page = cursor.next(100); !page.isEmpty(); page = cursor.next(100)) {
                List<Revision> sent = page.stream()
                        .filter(revision ->
                                only == null || revision.dot().origin().equals(only))
                        .toList();
                send(new Part(source, ask.from(), ask.session(), answer, number++, kind, shown, sent));
            }
            send(new Part(source, ask.from(), ask.session(), answer, number, kind, shown, null));
        }
    }

    private void take(Part part) {
        RecordNode node = part.to();
        boolean first = part.number() == 0 && node.catchUp == null;
        boolean next = first || part.answer() == node.answer;
        if (part.session() != node.session || part.number() != node.nextChunk || !next) {
            return;
        }
        node.nextChunk++;
        if (first) {
            node.answer = part.answer();
            node.catchUp = node.replica.catchUp(part.kind(), part.source());
        }
        List<Revision> revisions = part.revisions();
        CatchUp running = node.catchUp;
        if (running == null) {
            return;
        }
        if (revisions == null) {
            VersionVector seen = node.store.state().vector().join(part.source().vector());
            node.finish(time).forEach(written -> oracle.wrote(written, seen));
            node.mustCompare = false;
            node.session++;
        } else if (!running.chunk(revisions, node.now(time))) {
            node.catchUp = null;
            node.session++;
        }
    }

    /* --------------- the end --------------- */

    private void settle() {
        faults = false;
        cut = -1;
        time += 20_000;
        wire.clear();
        for (RecordNode node : nodes) {
            if (!node.member) {
                node.member = true;
                node.mustCompare = true;
                die(node, 0);
            }
            node.catchUp = null;
            node.cursors.clear();
            node.session++;
        }
        for (int round = 0; round < ROUNDS; round++) {
            time += 500; // a node that lost writes is ahead of its clock for a while, and that one may be wrong
            for (RecordNode node : nodes) {
                for (RecordNode other : nodes) {
                    if (round % 2 == 0) {
                        follow(node, other);
                    } else {
                        ask(node, other);
                    }
                    while (!wire.isEmpty()) {
                        deliver();
                        nodes.forEach(this::check);
                    }
                }
                collect(node);
            }
        }
        nodes.forEach(this::checkEnd);
        conflicts =
                nodes.stream().mapToInt(node -> node.store.conflicts().size()).sum();
        if (!lostWrites) {
            assertThat(conflicts > 0).as("conflicts were counted").isEqualTo(oracle.hadConflict());
        }
    }

    private void checkEnd(RecordNode node) {
        RecordState first = nodes.get(0).store.state();
        assertThat(node.store.state().vector()).as("vector of %s", node.name()).isEqualTo(first.vector());
        oracle.checkLast(node.name(), node.store, KEYS);
        assertThat(node.store.state().digest()).as("digest of %s", node.name()).isEqualTo(first.digest());
        assertThat(node.store.tombstones("", 9))
                .as("tombstones of %s", node.name())
                .isEmpty();
        TreeMap<String, Revision> live = new TreeMap<>();
        node.store.range("", null, 99).forEach(revision -> live.put(revision.key(), revision));
        assertThat(node.store.state().live()).isEqualTo(live.size());
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
