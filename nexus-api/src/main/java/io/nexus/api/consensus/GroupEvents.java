package io.nexus.api.consensus;

import io.nexus.crdt.Step;
import io.nexus.statemachine.ratis.GroupHooks;
import io.nexus.statemachine.ratis.StepListener;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes on what the groups' state machines tell, without blocking them: some calls come with a group's lock held. */
final class GroupEvents implements GroupHooks {
    private static final Logger LOG = LoggerFactory.getLogger(GroupEvents.class);

    private final StepListener steps;
    private final IntConsumer standingChanged;
    private final BiConsumer<Integer, Throwable> stopped;
    private final FatalHandler fatal;

    /**
     * @param steps hears of each step of each group, in order, on the group's updater thread
     * @param standingChanged the group found or lost its leader
     * @param stopped an invariant of the group does not hold
     */
    GroupEvents(
            StepListener steps,
            IntConsumer standingChanged,
            BiConsumer<Integer, Throwable> stopped,
            FatalHandler fatal) {
        this.steps = steps;
        this.standingChanged = standingChanged;
        this.stopped = stopped;
        this.fatal = fatal;
    }

    @Override
    public void onStep(Step step) {
        steps.onStep(step);
    }

    @Override
    public void leaderChanged(int segment, @Nullable String leaderId) {
        LOG.atInfo()
                .addKeyValue("segment", segment)
                .addKeyValue("leader", leaderId)
                .log("leader changed");
        standingChanged.accept(segment);
    }

    @Override
    public void leaderReady(int segment, long term) {
        LOG.atInfo().addKeyValue("segment", segment).addKeyValue("term", term).log("this node owns the segment");
        standingChanged.accept(segment);
    }

    @Override
    public void notLeader(int segment) {
        standingChanged.accept(segment);
    }

    @Override
    public void fatal(int segment, Throwable cause) {
        fatal.fatal("The log or the store of segment " + segment + " failed: this node cannot go on.", cause);
    }

    @Override
    public void groupStopped(int segment, Throwable cause) {
        stopped.accept(segment, cause);
    }
}
