package io.nexus.crdt;

import io.nexus.crdt.repair.RepairPlan.Next;
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
    private final Set<SimFlaw> flaws;
    private final boolean verifying;
    private final Consumer<SimMessage> network;
    private final Map<Integer, Cursor> subscribers = new TreeMap<>();
    private final Map<Integer, SimRepair.Source> sources = new TreeMap<>();
    private FeedRing ring = new FeedRing(1 << 20, 6);
    private StreamReceiver receiver;
    private SimRepair.@Nullable Asking asking;
    private @Nullable SimMessage offer;
    private @Nullable Position chunksOf;
    private final Map<Long, Integer> chunks = new TreeMap<>();
    private boolean damageIsDurable;
    private int checked = -1;
    /** Of the log that a member applies: it hears of a new group some time after it was made. */
    private int incarnation = 1;

    boolean wantsUpstream = true;
    boolean damaged;
    int repairs;

    @Nullable
    Position seen;

    SimNode(
            int id,
            Kind kind,
            SimHistory history,
            Set<SimFlaw> flaws,
            boolean verifying,
            Consumer<SimMessage> network) {
        this.id = id;
        this.kind = kind;
        this.history = history;
        this.flaws = flaws;
        this.verifying = verifying;
        this.network = network;
        this.store = new SimStore(history.start(), verifying, flaws.contains(SimFlaw.CURSOR_AS_POSITION));
        this.receiver = newReceiver();
        ring.reset(Cursor.at(history.start()));
    }

    private StreamReceiver newReceiver() {
        return new StreamReceiver(store.position(), history::table, SimFlaw.rules(flaws));
    }

    String name() {
        return Integer.toString(id);
    }

    StreamReceiver receiver() {
        return receiver;
    }

    /* --------------- the log --------------- */

    /** A member, or a rogue, applies the next entry of its log if there is one. */
    void applyLog() {
        long next = store.position().seq() + 1;
        if (kind != Kind.FOLLOWER && next <= history.head(incarnation).seq()) {
            Step step = history.step(incarnation, next);
            if (!store.commit(step)) {
                throw new AssertionError("member " + id + " diverged at " + next);
            }
            append(step);
        }
    }

    /** A member hears that there is a new group, made from an earlier point of the log. */
    void adopt() {
        if (kind != Kind.MEMBER || incarnation == history.newest()) {
            return;
        }
        incarnation = history.newest();
        Position here = store.position();
        long kept = history.newestTable().validUpTo(here.incarnation());
        if (here.seq() > kept) {
            Position at = kept == 0
                    ? history.start()
                    : history.step(incarnation, kept).after();
            store.rewind(history.prefix(incarnation, kept), at);
            resetRing();
        }
    }

    private void append(Step step) {
        Branches table = history.table(step);
        if (table != null) {
            ring.forked(known(table));
        }
        ring.append(step);
    }

    private Branches known(Branches table) {
        if (!flaws.contains(SimFlaw.NO_FORK_POINT)) {
            return table;
        }
        return new Branches(table.forks().stream()
                .map(fork -> new Branches.Branch(fork.incarnation(), fork.nonce(), Long.MAX_VALUE))
                .toList());
    }

    private void resetRing() {
        ring.forked(known(history.table(store.rows())));
        ring.reset(Cursor.at(store.position()));
    }

    /* --------------- serving --------------- */

    void serve(SimMessage message) {
        int to = message.from();
        switch (message.kind()) {
            case SUBSCRIBE -> {
                Cursor cursor = (Cursor) message.body();
                // A rogue does not even see that it is asked for another branch.
                Cursor branch = kind == Kind.ROGUE ? Cursor.at(store.position()).atSeq(cursor.seq()) : cursor;
                subscribers.put(to, branch);
                pump(to, true);
            }
            case FETCH -> {
                if (receiver.suspect()) {
                    send(SimMessage.Kind.BROKEN, to, message.session(), "");
                } else {
                    sendAll(to, message.session());
                }
            }
            case REPAIR -> offer(to, message.session());
            case ASK -> {
                SimRepair.Source source = sources.get(to);
                if (source != null && source.session() == message.session()) {
                    network.accept(new SimMessage(
                            SimMessage.Kind.ANSWER, id, to, message.session(), message.number(), source.answer((Next)
                                    message.body())));
                }
            }
            default -> throw new IllegalStateException();
        }
    }

    private void offer(int to, long session) {
        if (!store.intact() || receiver.suspect()) {
            send(SimMessage.Kind.SOURCE_WRONG, to, session, "");
            scrub();
            return;
        }
        SimRepair.Source source = SimRepair.Source.of(session, store);
        sources.put(to, source);
        send(
                SimMessage.Kind.OFFER,
                to,
                session,
                new SimRepair.Offer(source.position(), source.rows().whole()));
    }

    void pump(int to, boolean answer) {
        Cursor cursor = subscribers.get(to);
        if (cursor == null) {
            return;
        }
        FeedRing.Window window = ring.read(cursor, 200);
        if (window.verdict() != Verdict.STEPS) {
            subscribers.remove(to);
            send(SimMessage.Kind.valueOf(window.verdict().name()), to, 0, "");
        } else if (answer || !window.steps().isEmpty()) {
            subscribers.put(to, window.next());
            send(SimMessage.Kind.BATCH, to, 0, window);
        }
    }

    private void sendAll(int to, long session) {
        Position at = store.position();
        List<RowChange> rows = new ArrayList<>();
        int number = 0;
        for (var row : store.rows().entrySet()) {
            rows.add(new RowChange(SimRow.key(row.getKey()), SimRow.bytes(row.getValue())));
            if (rows.size() == 12) {
                sendChunk(to, session, number++, new SimRepair.Chunk(at, List.copyOf(rows)));
                rows.clear();
            }
        }
        sendChunk(to, session, number++, new SimRepair.Chunk(at, List.copyOf(rows)));
        sendChunk(to, session, number, new SimRepair.Chunk(at, null));
    }

    private void sendChunk(int to, long session, int number, SimRepair.Chunk chunk) {
        network.accept(new SimMessage(SimMessage.Kind.CHUNK, id, to, session, number, chunk));
    }

    private void send(SimMessage.Kind kind, int to, long session, Object body) {
        network.accept(SimMessage.of(kind, id, to, session, body));
    }

    /* --------------- following --------------- */

    void choose(SimNode upstream, @Nullable Cursor head) {
        wantsUpstream = false;
        perform(receiver.upstreamChosen(new Upstream(upstream.name(), head, upstream.kind == Kind.MEMBER)));
    }

    void receive(SimMessage message) {
        String peer = Integer.toString(message.from());
        switch (message.kind()) {
            case BATCH -> {
                FeedRing.Window window = (FeedRing.Window) message.body();
                if (window.steps().isEmpty()) {
                    perform(receiver.accepted(peer));
                }
                for (byte[] step : window.steps()) {
                    perform(receiver.step(peer, StepCodec.decode(step)));
                }
            }
            case TOO_OLD, FORK, NOT_HERE, BEHIND ->
                perform(receiver.verdict(peer, Verdict.valueOf(message.kind().name())));
            case CHUNK -> chunk(message);
            case BROKEN -> perform(receiver.catchUpFailed(message.session()));
            case OFFER -> {
                offer = message;
                perform(receiver.repairOffered(message.session(), ((SimRepair.Offer) message.body()).position()));
            }
            case SOURCE_WRONG ->
                perform(receiver.repairFailed(message.session(), RepairFailure.SOURCE_WRONG, store.intact()));
            case ANSWER -> answered(message);
            default -> throw new IllegalStateException();
        }
    }

    /** Each catch-up is a stream of its own: what comes out of order on it is not taken. */
    private void chunk(SimMessage message) {
        int expected = chunks.getOrDefault(message.session(), 0);
        if (message.number() != expected) {
            return;
        }
        chunks.put(message.session(), expected + 1);
        SimRepair.Chunk chunk = (SimRepair.Chunk) message.body();
        chunksOf = chunk.of();
        List<RowChange> rows = chunk.rows();
        perform(
                rows == null
                        ? receiver.lastChunk(message.session(), chunk.of())
                        : receiver.chunk(message.session(), rows));
    }

    private void answered(SimMessage message) {
        SimRepair.Asking current = asking;
        if (current != null && current.session == message.session() && current.number == message.number()) {
            go(current, current.answered(message.body()));
        }
    }

    private void go(SimRepair.Asking current, Next next) {
        if (next instanceof Next.Expand || next instanceof Next.Fetch) {
            network.accept(
                    new SimMessage(SimMessage.Kind.ASK, id, current.source, current.session, current.number, next));
            return;
        }
        asking = null;
        if (next instanceof Next.Correct correct) {
            Position of = current.offer.position();
            perform(receiver.repairFound(current.session, of, current.ownIntact, correct.changes()));
        } else {
            RepairFailure why = next instanceof Next.TooMuch ? RepairFailure.TOO_MUCH : RepairFailure.MISFIT;
            perform(receiver.repairFailed(current.session, why, current.ownIntact));
        }
    }

    /** What a driver does when it heard nothing for too long, from the tail, a repair or a catch-up. */
    void silence() {
        String peer = receiver.upstream();
        if (peer != null) {
            perform(receiver.disconnected(peer));
        }
    }

    /** Reads all rows, as a driver does now and then. */
    void scrub() {
        if (kind == Kind.FOLLOWER && !store.intact()) {
            perform(receiver.foundWrong());
        }
    }

    void flush() {
        store.flush();
        damageIsDurable = damaged;
    }

    /** True once after every change. */
    boolean changed() {
        boolean changed = checked != store.version;
        checked = store.version;
        return changed;
    }

    void crash() {
        store.crash();
        seen = null;
        subscribers.clear();
        sources.clear();
        asking = null;
        chunks.clear();
        damaged = damageIsDurable;
        ring = new FeedRing(1 << 20, 6);
        resetRing();
        receiver = newReceiver();
        wantsUpstream = true;
    }

    private void perform(List<Effect> effects) {
        for (Effect effect : effects) {
            if (effect instanceof Effect.Apply apply) {
                apply(apply.step());
            } else if (effect instanceof Effect.Subscribe subscribe) {
                send(SimMessage.Kind.SUBSCRIBE, Integer.parseInt(subscribe.peer()), 0, subscribe.from());
            } else if (effect instanceof Effect.StartCatchUp start) {
                store.beginInstall();
                send(SimMessage.Kind.FETCH, Integer.parseInt(start.peer()), start.session(), "");
            } else if (effect instanceof Effect.StartRepair start) {
                send(SimMessage.Kind.REPAIR, Integer.parseInt(start.peer()), start.session(), "");
            } else if (effect instanceof Effect.ContinueRepair go) {
                continueRepair(go);
            } else if (effect instanceof Effect.Correct correct) {
                correct(correct);
            } else if (effect instanceof Effect.PutRows put) {
                Position of = java.util.Objects.requireNonNull(chunksOf);
                put.rows().forEach(row -> store.put(row, of));
            } else if (effect instanceof Effect.FinishCatchUp finish) {
                finish(finish);
            } else if (effect instanceof Effect.AbandonCatchUp) {
                store.abandonInstall();
                asking = null;
            } else if (effect instanceof Effect.ChooseUpstream) {
                wantsUpstream = true;
            }
        }
    }

    private void apply(Step step) {
        if (store.commit(step)) {
            append(step);
            return;
        }
        if (!damaged) {
            throw new AssertionError("node " + id + " diverged at " + step.seq() + " without damage");
        }
        perform(receiver.digestMismatch(store.position()));
    }

    private void continueRepair(Effect.ContinueRepair go) {
        SimMessage from = java.util.Objects.requireNonNull(offer);
        if (asking == null || asking.session != go.session()) {
            asking = new SimRepair.Asking(go.session(), from.from(), (SimRepair.Offer) from.body(), store);
            go(asking, asking.asked);
        }
    }

    private void correct(Effect.Correct correct) {
        List<RowChange> changes = correct.changes();
        if (flaws.contains(SimFlaw.ORDER_BY_CAUSAL_LENGTH)) {
            changes = changes.stream().filter(this::outranksOwn).toList();
        }
        if (store.correct(correct.position(), changes) && (store.intact() || !verifying)) {
            repairs++;
            replaced(correct.session());
        } else {
            perform(receiver.repairFailed(correct.session(), RepairFailure.MISFIT, false));
        }
    }

    private boolean outranksOwn(RowChange change) {
        Long own = store.rows().get(SimRow.key(change.key()));
        byte[] value = change.value();
        boolean table = SimRow.key(change.key()) == SimRow.BRANCHES;
        return own == null || value == null || table || !SimRow.outranks(own, SimRow.value(value));
    }

    private void finish(Effect.FinishCatchUp finish) {
        if (store.finishInstall(finish.position())) {
            damageIsDurable = false;
            replaced(finish.session());
        } else {
            perform(receiver.catchUpFailed(finish.session()));
        }
    }

    private void replaced(long session) {
        damaged = false;
        resetRing();
        perform(receiver.installed(session, store.position()));
    }
}
