package io.nexus.crdt;

import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a receiver knows of the copy that it keeps, and which positions may follow its own. Not thread-safe. */
final class OwnCopy {
    private static final int REPAIRS_MAX = 3;

    private final Function<Step, @Nullable Branches> tables;
    private final Set<ReceiverRule> rules;
    private int repairsFailed;

    Position position;
    /** In step with an upstream, as far as is known. */
    boolean live;
    /** Not what the log made. */
    boolean suspect;
    /** Beyond the point where the stream left its branch. */
    boolean superseded;

    OwnCopy(Position position, Function<Step, @Nullable Branches> tables, Set<ReceiverRule> rules) {
        this.position = position;
        this.tables = tables;
        this.rules = rules;
    }

    Cursor cursor() {
        return Cursor.at(position);
    }

    /** Its rows cannot be gone on from. */
    boolean wrong() {
        return suspect || superseded;
    }

    /** It was made the rows of this position. */
    void replaced(Position by) {
        position = by;
        suspect = false;
        superseded = false;
        repairsFailed = 0;
    }

    void repairFailed() {
        repairsFailed++;
    }

    /** Repairs broke off so often that the whole segment is the better way. */
    boolean repairedInVain() {
        return repairsFailed >= REPAIRS_MAX;
    }

    /** The first step of a newer incarnation, for a copy that is at its fork point. */
    boolean begins(Step step) {
        Position after = step.after();
        if (after.incarnation() <= position.incarnation() || after.seq() != position.seq() + 1) {
            return false;
        }
        Branches table = tables.apply(step);
        boolean leads = table != null && table.leads(cursor(), Cursor.at(after));
        return leads || !rules.contains(ReceiverRule.FORK_POINT);
    }

    /**
     * The rows of this position may take the place of the copy's.
     *
     * @param member they are a member's
     */
    boolean mayBecome(Position of, boolean member) {
        if (of.sameBranch(position)) {
            return !rules.contains(ReceiverRule.NEVER_BEHIND) || of.seq() >= position.seq();
        }
        return of.incarnation() > position.incarnation() || (of.incarnation() == position.incarnation() && member);
    }
}
