package io.nexus.api.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OwnerHintsTest {
    private long now = Long.MAX_VALUE - 1; // the clock wraps meanwhile
    private final OwnerHints hints = new OwnerHints(() -> now);

    @Test
    void learn_olderTerm_isIgnored() {
        hints.learn(1, 5, "a");
        hints.learn(1, 4, "b");
        assertThat(hints.hint(1)).extracting(OwnerHints.Hint::nodeId).isEqualTo("a");
    }

    @Test
    void redirect_isBelievedUntilATermIsNamed() {
        hints.learn(1, 5, "a");
        hints.redirect(1, "b");
        assertThat(hints.hint(1)).extracting(OwnerHints.Hint::nodeId).isEqualTo("b");
        hints.learn(1, 5, "a");
        assertThat(hints.hint(1)).extracting(OwnerHints.Hint::nodeId).isEqualTo("a");
    }

    @Test
    void hint_notRepeated_isForgotten() {
        hints.learn(1, 5, "a");
        now += TimeUnit.SECONDS.toNanos(4);
        hints.learn(1, 5, "a");
        now += TimeUnit.SECONDS.toNanos(4);
        assertThat(hints.hint(1)).isNotNull();
        now += TimeUnit.SECONDS.toNanos(2);
        assertThat(hints.hint(1)).isNull();
    }
}
