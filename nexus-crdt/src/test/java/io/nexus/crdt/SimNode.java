package io.nexus.crdt;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A node of the simulation: a member that applies the log at its own pace, a follower, or a rogue whose store is of
 * another history. Every node serves the steps it has.
 */
final class SimNode {
    enum Kind {
        MEMBER,
        FOLLOWER,
        ROGUE
    }

    final int id;
    final Kind kind;
    final SimStore store;
    final SimHistory history;
    private final Set<StreamReceiver.Rule> rules;
    private final Consumer<SimMessage> network;
    private final Map<Integer, Cursor> subscribers = new TreeMap<>();
    private FeedRing ring = new FeedRing(1 << 20, 6);
    private StreamReceiver receiver;
    boolean wantsUpstream = true;
    boolean damaged;
    long seqSeen;

    SimNode(int id, Kind kind, SimHistory history, Set<StreamReceiver.Rule> rules, Consumer<SimMessage> network) {
        this.id = id;
        this.kind = kind;
        this.history = history;
        this.rules = rules;
        this.network = network;
        this.store = new SimStore(history.start());
        this.receiver = new StreamReceiver(history.start(), rules);
        ring.reset(Cursor.at(history.start()));
    }

    String name() {
        return Integer.toString(id);
    }

    StreamReceiver receiver() {
        return receiver;
    }

    /* --------------- serving --------------- */

    /** A member, or a rogue, applies the next entry of its log if there is one. */
    void applyLog() {
        long next = store.position().seq() + 1;
        if (kind != Kind.FOLLOWER && next <= history.head().seq()) {
            Step step = history.step(next);
            if (!store.commit(step)) {
                throw new AssertionError("member " + id + " diverged at " + next);
            }
            ring.append(step);
        }
    }

    void serve(SimMessage message) {
        if (message.kind() == SimMessage.Kind.SUBSCRIBE) {
            Cursor cursor = java.util.Objects.requireNonNull(message.cursor());
            // A rogue does not even see that it is asked for another branch.
            Cursor branch = kind == Kind.ROGUE ? Cursor.at(store.position()).atSeq(cursor.seq()) : cursor;
            subscribers.put(message.from(), branch);
            pump(message.from(), true);
        } else if (receiver.suspect()) {
            network.accept(SimMessage.plain(SimMessage.Kind.BROKEN, id, message.from(), message.session()));
        } else {
            sendAll(message.from(), message.session());
        }
    }

    void pump(int to, boolean answer) {
        Cursor cursor = subscribers.get(to);
        if (cursor == null) {
            return;
        }
        FeedRing.Window window = ring.read(cursor, 200);
        if (window.verdict() != Verdict.STEPS) {
            subscribers.remove(to);
            network.accept(
                    SimMessage.plain(SimMessage.Kind.valueOf(window.verdict().name()), id, to, 0));
        } else if (answer || !window.steps().isEmpty()) {
            subscribers.put(to, window.next());
            network.accept(SimMessage.batch(id, to, window));
        }
    }

    private void sendAll(int to, long session) {
        List<RowChange> rows = new ArrayList<>();
        for (var row : store.rows().entrySet()) {
            rows.add(new RowChange(SimHistory.keyBytes(row.getKey()), SimHistory.valueBytes(row.getValue())));
            if (rows.size() == 3) {
                network.accept(SimMessage.chunk(id, to, session, List.copyOf(rows)));
                rows.clear();
            }
        }
        network.accept(SimMessage.chunk(id, to, session, List.copyOf(rows)));
        network.accept(SimMessage.last(id, to, session, store.position()));
    }

    /* --------------- following --------------- */

    void choose(SimNode upstream, @Nullable Cursor head) {
        wantsUpstream = false;
        perform(receiver.upstreamChosen(
                new StreamReceiver.Upstream(upstream.name(), head, upstream.kind == Kind.MEMBER)));
    }

    void receive(SimMessage message) {
        String peer = Integer.toString(message.from());
        switch (message.kind()) {
            case BATCH -> {
                if (message.steps().isEmpty()) {
                    perform(receiver.accepted(peer));
                }
                for (byte[] step : message.steps()) {
                    perform(receiver.step(peer, StepCodec.decode(step)));
                }
            }
            case TOO_OLD, FORK, NOT_HERE, BEHIND ->
                perform(receiver.verdict(peer, Verdict.valueOf(message.kind().name())));
            case CHUNK -> perform(receiver.chunk(message.session(), message.rows()));
            case LAST ->
                perform(receiver.lastChunk(message.session(), java.util.Objects.requireNonNull(message.position())));
            case BROKEN -> perform(receiver.catchUpFailed(message.session()));
            case SUBSCRIBE, FETCH -> throw new IllegalStateException();
        }
    }

    /** What a driver does when it heard nothing for too long, from the tail or from the catch-up. */
    void silence() {
        String peer = receiver.upstream();
        if (peer != null) {
            perform(receiver.disconnected(peer));
        }
    }

    void crash() {
        store.crash();
        seqSeen = store.position().seq();
        subscribers.clear();
        ring = new FeedRing(1 << 20, 6);
        ring.reset(Cursor.at(store.position()));
        receiver = new StreamReceiver(store.position(), rules);
        wantsUpstream = true;
    }

    private void perform(List<Effect> effects) {
        for (Effect effect : effects) {
            if (effect instanceof Effect.Apply apply) {
                apply(apply.step());
            } else if (effect instanceof Effect.Subscribe subscribe) {
                network.accept(SimMessage.subscribe(id, Integer.parseInt(subscribe.peer()), subscribe.from()));
            } else if (effect instanceof Effect.StartCatchUp start) {
                store.beginInstall();
                network.accept(
                        SimMessage.plain(SimMessage.Kind.FETCH, id, Integer.parseInt(start.peer()), start.session()));
            } else if (effect instanceof Effect.PutRows put) {
                put.rows().forEach(store::put);
            } else if (effect instanceof Effect.FinishCatchUp finish) {
                finish(finish);
            } else if (effect instanceof Effect.AbandonCatchUp) {
                store.abandonInstall();
            } else if (effect instanceof Effect.ChooseUpstream) {
                wantsUpstream = true;
            }
        }
    }

    private void apply(Step step) {
        if (store.commit(step)) {
            ring.append(step);
            return;
        }
        if (!damaged) {
            throw new AssertionError("node " + id + " diverged at " + step.seq() + " without damage");
        }
        perform(receiver.digestMismatch(store.position()));
    }

    private void finish(Effect.FinishCatchUp finish) {
        if (store.finishInstall(finish.position())) {
            damaged = false;
            ring.reset(Cursor.at(store.position()));
            perform(receiver.installed(finish.session(), store.position()));
        } else {
            perform(receiver.catchUpFailed(finish.session()));
        }
    }
}
