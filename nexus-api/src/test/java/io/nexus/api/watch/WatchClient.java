package io.nexus.api.watch;

import io.nexus.api.error.Problem;
import io.nexus.statemachine.model.Allocation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A watcher that follows the rules of {@code watch.proto}, takes events only when it is told to, and keeps what it has. */
final class WatchClient {
    private final Map<String, Known> state = new TreeMap<>();
    private final Set<String> mentioned = new HashSet<>();
    private final List<String> violations = new ArrayList<>();
    private final List<WatchEvent> events = new ArrayList<>();
    private final boolean deafInSnapshots;
    private String token = "";
    private boolean inSnapshot;
    private long credits;
    private boolean ended;
    private @Nullable Problem why;
    private Watches.@Nullable Watch watch;
    private int call;

    private record Known(int instance, String text) {}

    /** @param deafInSnapshots breaks the rules: drops changes that come between the entries of a snapshot */
    WatchClient(boolean deafInSnapshots) {
        this.deafInSnapshots = deafInSnapshots;
    }

    /** @param snapshot as in the request */
    void open(WatchNode node, List<String> pools, List<String> subscribers, List<String> prefixes, boolean snapshot) {
        open(node, new Watches.Request(pools, subscribers, prefixes, token(), snapshot));
    }

    void open(WatchNode node, Watches.Request request) {
        int mine;
        synchronized (this) {
            ended = false;
            why = null;
            mine = ++call;
            if (request.resumeToken().isEmpty() && request.snapshot()) {
                begin();
            }
        }
        Watches.Watch opened = node.watches.open(request, new OneCall(mine), "grpc");
        synchronized (this) {
            watch = opened;
        }
        opened.ready();
    }

    private void begin() {
        mentioned.clear();
        inSnapshot = true;
        token = "";
    }

    void hangUp() {
        Watches.Watch open;
        synchronized (this) {
            open = watch;
            watch = null;
            call++;
        }
        if (open != null) {
            open.cancel();
        }
    }

    /** It takes so many events more, and no others. */
    void take(long more) {
        Watches.Watch open;
        synchronized (this) {
            credits = more;
            open = watch;
        }
        if (open != null) {
            open.ready();
        }
    }

    synchronized void forgetToken() {
        token = "";
    }

    synchronized String token() {
        return token;
    }

    synchronized boolean ended() {
        return ended;
    }

    synchronized @Nullable Problem why() {
        return why;
    }

    synchronized boolean inSnapshot() {
        return inSnapshot;
    }

    synchronized Map<String, String> state() {
        Map<String, String> texts = new TreeMap<>();
        state.forEach((key, known) -> texts.put(key, known.text));
        return texts;
    }

    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    synchronized List<WatchEvent> events() {
        return List.copyOf(events);
    }

    private void heard(WatchEvent event, String newToken) {
        events.add(event);
        credits--;
        if (!newToken.isEmpty()) {
            token = newToken;
        }
        if (event instanceof WatchEvent.Snapshot snapshot) {
            for (Watched value : snapshot.entries()) {
                put(value);
                mentioned.add(value.key());
            }
        } else if (event instanceof WatchEvent.SnapshotEnd) {
            state.keySet().retainAll(mentioned);
            inSnapshot = false;
        } else if (event instanceof WatchEvent.Changes changes && !(inSnapshot && deafInSnapshots)) {
            changes.changes().forEach(this::apply);
        } else if (event instanceof WatchEvent.Resync resync && resync.snapshotFollows()) {
            begin();
        }
    }

    private void apply(WatchChange change) {
        Watched now = change.now();
        Watched before = change.before();
        if (now != null) {
            put(now);
            mentioned.add(change.key());
            return;
        }
        Known known = state.get(change.key());
        if (known != null && known.instance > change.instance()) {
            return;
        }
        if (before == null) {
            violations.add("a deletion of " + change.key() + " does not say what was there");
        } else if (!inSnapshot && known != null && known.instance == change.instance()) {
            if (before instanceof Watched.Held held && !known.text.startsWith(owner(held))) {
                violations.add(change.key() + " was " + known + ", not " + owner(held));
            }
        }
        state.remove(change.key());
    }

    private void put(Watched value) {
        Known known = state.get(value.key());
        if (known == null || known.instance <= value.instance()) {
            state.put(value.key(), new Known(value.instance(), text(value)));
        }
    }

    static String text(Watched value) {
        if (value instanceof Watched.Held held) {
            Allocation allocation = held.holding().allocation();
            return owner(held) + allocation.causalLength() + "/" + allocation.expiresAtMillis();
        } else if (value instanceof Watched.Configured configured) {
            return "instance " + configured.pool().instance();
        }
        return ((Watched.Plain) value).json().toString();
    }

    private static String owner(Watched.Held held) {
        return held.holding().allocation().owner().subscriber() + "/";
    }

    /** What an earlier call still says is not heard. */
    private final class OneCall implements WatchSink {
        private final int number;

        private OneCall(int number) {
            this.number = number;
        }

        @Override
        public boolean ready() {
            synchronized (WatchClient.this) {
                return number == call && credits > 0;
            }
        }

        @Override
        public void send(WatchEvent event, String newToken) {
            synchronized (WatchClient.this) {
                if (number == call) {
                    heard(event, newToken);
                }
            }
        }

        @Override
        public void end(@Nullable Problem problem) {
            synchronized (WatchClient.this) {
                if (number == call) {
                    ended = true;
                    why = problem;
                }
            }
        }
    }
}
