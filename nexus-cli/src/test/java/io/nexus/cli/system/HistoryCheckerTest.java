package io.nexus.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.cli.system.Op.Kind;
import io.nexus.cli.system.Op.Result;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A checker that cannot fail proves nothing: each kind of broken history must be seen. */
class HistoryCheckerTest {
    private final Map<String, List<Op>> histories = new LinkedHashMap<>();
    private long now;

    @Test
    void soundHistory_hasNoViolation() {
        op("a", Kind.ALLOCATE, Result.OK, "10.0.0.1/32", true);
        op("a", Kind.ALLOCATE, Result.OK, "10.0.0.1/32", false);
        op("a", Kind.LOOKUP, Result.OK, "10.0.0.1/32", false);
        op("a", Kind.RELEASE, Result.UNKNOWN, null, false);
        op("b", Kind.ALLOCATE, Result.OK, "10.0.0.1/32", true);
        op("a", Kind.ALLOCATE, Result.OK, "10.0.0.2/32", true);
        op("c", Kind.ALLOCATE, Result.UNKNOWN, null, false);
        op("c", Kind.ALLOCATE, Result.OK, "10.0.0.3/32", false);
        assertThat(violations()).isEmpty();
    }

    @Test
    void twoHolders_areSeen() {
        op("a", Kind.ALLOCATE, Result.OK, "10.0.0.1/32", true);
        op("b", Kind.ALLOCATE, Result.OK, "10.0.0.1/32", true);
        assertThat(violations()).singleElement().asString().contains("two holders at once");
    }

    @Test
    void lostAllocation_isSeenWhenItIsGivenAnew() {
        op("a", Kind.ALLOCATE, Result.OK, "10.0.0.1/32", true);
        op("a", Kind.ALLOCATE, Result.OK, "10.0.0.2/32", true);
        assertThat(violations()).anySatisfy(v -> assertThat(v).contains("a holder was given another address"));
    }

    @Test
    void notFoundOfAHolder_isSeen() {
        op("a", Kind.ALLOCATE, Result.OK, "10.0.0.1/32", true);
        op("a", Kind.LOOKUP, Result.OK, null, false);
        assertThat(violations()).anySatisfy(v -> assertThat(v).contains("'not found' was said of a holder"));
    }

    @Test
    void releaseWithoutHolding_isSeen() {
        op("a", Kind.ALLOCATE, Result.OK, "10.0.0.1/32", true);
        op("a", Kind.RELEASE, Result.OK, null, false);
        op("a", Kind.RELEASE, Result.OK, null, false);
        assertThat(violations()).anySatisfy(v -> assertThat(v).contains("released what was not held"));
    }

    @Test
    void staleReadWithToken_isSeen() {
        op("a", Kind.ALLOCATE, Result.OK, "10.0.0.1/32", true);
        op("a", Kind.RELEASE, Result.OK, null, false);
        add("a", new Op(Kind.LOOKUP, "p", "a", "n1", now++, now++, Result.OK, "10.0.0.1/32", false, true, ""));
        assertThat(violations()).anySatisfy(v -> assertThat(v).contains("its token names"));
    }

    @Test
    void possibleEnd_afterUnknownRelease_allowsBoth() {
        op("a", Kind.ALLOCATE, Result.OK, "10.0.0.1/32", true);
        op("a", Kind.RELEASE, Result.UNKNOWN, null, false);
        var end = HistoryChecker.possibleEnd(histories.get("a"));
        assertThat(HistoryChecker.allows(end, "10.0.0.1/32")).isTrue();
        assertThat(HistoryChecker.allows(end, null)).isTrue();
        assertThat(HistoryChecker.allows(end, "10.0.0.9/32")).isFalse();
    }

    private void op(String subscriber, Kind kind, Result result, @Nullable String address, boolean created) {
        add(subscriber, new Op(kind, "p", subscriber, "n1", now++, now++, result, address, created, false, ""));
    }

    private void add(String subscriber, Op op) {
        histories.computeIfAbsent(subscriber, s -> new ArrayList<>()).add(op);
    }

    private List<String> violations() {
        return new HistoryChecker().check(histories);
    }
}
