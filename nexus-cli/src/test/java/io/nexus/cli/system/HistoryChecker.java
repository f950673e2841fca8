package io.nexus.cli.system;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Holds a history to the promises: no address has two holders at once, nothing acknowledged is lost, answers to one
 * subscriber make sense in order, reads see what their token names, and "not found" is never said of a holder.
 *
 * <p>Calls of one subscriber are sequential, so its possible states can be followed exactly: a set of "holds nothing",
 * "holds X" and, after an unknown allocate, "holds something not yet seen".
 */
final class HistoryChecker {
    /** In a set of possible states: holds nothing. */
    private static final String NOTHING = "-";
    /** In a set of possible states: holds an address that no answer has named yet. */
    private static final String SOMETHING = "?";

    private final List<String> violations = new ArrayList<>();
    private final Map<String, List<Hold>> holdsByAddress = new TreeMap<>();

    /** From the moment the holder knew of it until the moment it began to give it back; for certain. */
    private record Hold(String address, String subscriber, long fromNanos, long untilNanos) {}

    /**
     * @param histories per subscriber, in order
     * @param pool the pool that all of them are of
     */
    List<String> check(Map<String, List<Op>> histories) {
        histories.forEach(this::checkSubscriber);
        holdsByAddress.values().forEach(this::checkOverlap);
        return violations;
    }

    /** What the subscriber may hold after the history: the values that a final lookup may show. */
    static Set<String> possibleEnd(List<Op> ops) {
        Set<String> states = new HashSet<>(Set.of(NOTHING));
        for (Op op : ops) {
            states = next(states, op);
        }
        return states;
    }

    static boolean allows(Set<String> states, @Nullable String address) {
        return address == null ? states.contains(NOTHING) : states.contains(address) || states.contains(SOMETHING);
    }

    private void checkSubscriber(String subscriber, List<Op> ops) {
        Set<String> states = new HashSet<>(Set.of(NOTHING));
        Set<String> everSeen = new HashSet<>();
        boolean unseenPossible = false;
        @Nullable String held = null;
        long heldFrom = 0;
        for (Op op : ops) {
            checkAnswer(op, states, everSeen, unseenPossible);
            if (op.kind() == Op.Kind.RELEASE && op.result() != Op.Result.REFUSED && op.result() != Op.Result.FAILED) {
                if (held != null) {
                    hold(held, subscriber, heldFrom, op.startNanos());
                    held = null;
                }
            }
            if (op.kind() == Op.Kind.ALLOCATE && op.result() == Op.Result.OK && op.address() != null) {
                everSeen.add(op.address());
                if (held == null) {
                    held = op.address();
                    heldFrom = op.endNanos();
                }
            }
            states = next(states, op);
            unseenPossible |= states.contains(SOMETHING);
        }
        if (held != null) {
            hold(held, subscriber, heldFrom, Long.MAX_VALUE);
        }
    }

    private void checkAnswer(Op op, Set<String> states, Set<String> everSeen, boolean unseenPossible) {
        if (op.result() != Op.Result.OK) {
            return;
        }
        boolean mayHold = states.stream().anyMatch(state -> !state.equals(NOTHING));
        boolean mayBeFree = states.contains(NOTHING);
        switch (op.kind()) {
            case ALLOCATE -> {
                if (op.created() && !mayBeFree) {
                    violations.add("a holder was given another address: " + op + ", possible before: " + states);
                }
                if (!op.created() && !allows(states, op.address())) {
                    violations.add("an allocation was answered that nobody made: " + op + ", possible: " + states);
                }
            }
            case RELEASE -> {
                if (!mayHold) {
                    violations.add("released what was not held: " + op);
                }
            }
            case LOOKUP -> {
                if (op.address() == null && !mayBeFree) {
                    violations.add("'not found' was said of a holder: " + op + ", possible: " + states);
                }
                if (op.tokenGiven() && !allows(states, op.address())) {
                    violations.add(
                            "a read did not see the write that its token names: " + op + ", possible: " + states);
                }
                if (op.address() != null && !everSeen.contains(op.address()) && !unseenPossible) {
                    violations.add("a read named an address that was never given: " + op);
                }
            }
        }
    }

    private static Set<String> next(Set<String> states, Op op) {
        boolean unknown = op.result() == Op.Result.UNKNOWN;
        boolean ok = op.result() == Op.Result.OK;
        if (op.kind() == Op.Kind.ALLOCATE && ok && op.address() != null) {
            return new HashSet<>(Set.of(op.address()));
        }
        if (op.kind() == Op.Kind.ALLOCATE && unknown && states.contains(NOTHING)) {
            Set<String> more = new HashSet<>(states);
            more.add(SOMETHING);
            return more;
        }
        if (op.kind() == Op.Kind.RELEASE && ok) {
            return new HashSet<>(Set.of(NOTHING));
        }
        // NO_SUCH_ALLOCATION is a statement about the state: the subscriber holds nothing.
        if (op.kind() == Op.Kind.RELEASE && op.result() == Op.Result.REFUSED) {
            return new HashSet<>(Set.of(NOTHING));
        }
        if (op.kind() == Op.Kind.RELEASE && unknown) {
            Set<String> more = new HashSet<>(states);
            more.add(NOTHING);
            return more;
        }
        return states;
    }

    private void hold(String address, String subscriber, long from, long until) {
        if (from < until) {
            holdsByAddress
                    .computeIfAbsent(address, a -> new ArrayList<>())
                    .add(new Hold(address, subscriber, from, until));
        }
    }

    private void checkOverlap(List<Hold> holds) {
        holds.sort(Comparator.comparingLong(Hold::fromNanos));
        for (int i = 1; i < holds.size(); i++) {
            Hold a = holds.get(i - 1);
            Hold b = holds.get(i);
            if (b.fromNanos() < a.untilNanos() && !a.subscriber().equals(b.subscriber())) {
                violations.add("two holders at once: " + a + " and " + b);
            }
        }
    }

    /** How many calls ended how, for the report and against vacuous runs. */
    static Map<String, Long> counts(Map<String, List<Op>> histories) {
        Map<String, Long> counts = new HashMap<>();
        histories
                .values()
                .forEach(ops -> ops.forEach(op -> counts.merge(op.kind() + " " + op.result(), 1L, Long::sum)));
        return new TreeMap<>(counts);
    }
}
