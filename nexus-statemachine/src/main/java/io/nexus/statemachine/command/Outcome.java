package io.nexus.statemachine.command;

import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Reason;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The domain's answer to one command: a value, decided by apply and the same on every member. */
public sealed interface Outcome {

    /**
     * @param changed false where the command found its effect in place already
     * @param allocations what was given, renewed or freed
     * @param pool for pool commands
     */
    record Accepted(
            boolean changed,
            List<Allocation> allocations,
            @Nullable PoolEntry pool) implements Outcome {
        public static final Accepted UNCHANGED = new Accepted(false, List.of(), null);
        public static final Accepted CHANGED = new Accepted(true, List.of(), null);

        public Accepted {
            allocations = List.copyOf(allocations);
        }

        public static Accepted of(boolean changed, Allocation allocation) {
            return new Accepted(changed, List.of(allocation), null);
        }

        public static Accepted of(boolean changed, PoolEntry pool) {
            return new Accepted(changed, List.of(), pool);
        }
    }

    /** @param field name of the request's field that the reason is about, as the API spells it; null if none */
    record Rejected(Reason reason, @Nullable String field, String detail) implements Outcome {
        public static Rejected because(Reason reason, String format, Object... args) {
            return new Rejected(reason, null, String.format(Locale.ROOT, format, args)); // the same on every member
        }
    }
}
