package io.nexus.statemachine.allocator;

import io.nexus.statemachine.model.Invariant;
import io.nexus.statemachine.rows.RecentRow;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * In which step a command was last remembered: 16 to 24 bytes a command, the entries themselves stay in the RECENT
 * rows. A function of those rows alone, so that a member that was restarted forgets the same commands as the others.
 * Single-threaded.
 */
final class RecentCommands {
    /** A command is remembered for at least so long by the state's clock, unless there are too many. */
    static final long KEEP_MILLIS = 600_000;

    /** So many are remembered at most in a segment; the oldest go first. */
    static final int COMMANDS_MAX = 262_144;

    /** Old steps dropped with one batch: a batch adds at most one, so this keeps up and never makes a batch slow. */
    static final int DROPPED_PER_BATCH_MAX = 16;

    private final LongTable stepOfCommand = new LongTable();
    private final Deque<RecentStep> steps = new ArrayDeque<>();
    private long remembered;

    /** @param commands number of command ids in the step's row */
    private record RecentStep(long seq, long clockMillis, int commands) {}

    void clear() {
        stepOfCommand.clear();
        steps.clear();
        remembered = 0;
    }

    /** The step whose RECENT row knows the command; 0 if none does. */
    long stepOf(long commandId) {
        return stepOfCommand.get(commandId);
    }

    /** Steps must be added in their order. */
    void add(long seq, RecentRow row) {
        Invariant.check(
                seq > 0 && (steps.isEmpty() || steps.getLast().seq < seq), "recent step %d is out of order", seq);
        int commands = 0;
        for (RecentRow.Entry entry : row.entries()) {
            for (long id : entry.commandIds()) {
                stepOfCommand.put(id, seq);
                commands++;
            }
        }
        steps.addLast(new RecentStep(seq, row.clockMillis(), commands));
        remembered += commands;
    }

    /**
     * The oldest step if it is to be forgotten at this time, else 0. The last step is never forgotten: its row may not
     * be in the store yet.
     *
     * @param droppedAlready in this batch
     */
    long forgettable(long clockMillis, int droppedAlready) {
        RecentStep oldest = steps.peekFirst();
        if (oldest == null || steps.size() == 1) {
            return 0;
        }
        boolean tooOld = clockMillis - oldest.clockMillis >= KEEP_MILLIS && droppedAlready < DROPPED_PER_BATCH_MAX;
        return tooOld || remembered > COMMANDS_MAX ? oldest.seq : 0;
    }

    /** @param row of the oldest step */
    void forget(long seq, RecentRow row) {
        RecentStep oldest = steps.pollFirst();
        Invariant.check(oldest != null && oldest.seq == seq, "step %d is not the oldest", seq);
        int commands = 0;
        for (RecentRow.Entry entry : row.entries()) {
            for (long id : entry.commandIds()) {
                stepOfCommand.remove(id, seq);
                commands++;
            }
        }
        Invariant.check(oldest != null && oldest.commands == commands, "step %d had other commands", seq);
        remembered -= commands;
    }

    /** Command ids in all rows together. */
    long remembered() {
        return remembered;
    }
}
