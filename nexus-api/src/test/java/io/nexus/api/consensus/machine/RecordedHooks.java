package io.nexus.api.consensus.machine;

import io.nexus.crdt.Step;
import io.nexus.statemachine.ratis.GroupHooks;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Remembers what the state machines of a node told. */
final class RecordedHooks implements GroupHooks {
    final List<Step> steps = new CopyOnWriteArrayList<>();
    final List<Integer> ready = new CopyOnWriteArrayList<>();
    final List<Integer> stopped = new CopyOnWriteArrayList<>();
    final List<Throwable> fatal = new CopyOnWriteArrayList<>();
    volatile @Nullable String leader;

    List<Long> seqs(int segment) {
        return steps.stream()
                .filter(step -> step.stream() == segment)
                .map(Step::seq)
                .toList();
    }

    @Override
    public void onStep(Step step) {
        steps.add(step);
    }

    @Override
    public void leaderChanged(int segment, @Nullable String leaderId) {
        leader = leaderId;
    }

    @Override
    public void leaderReady(int segment, long term) {
        if (term <= 0) {
            fatal.add(new IllegalStateException("leader of term " + term));
        }
        ready.add(segment);
    }

    @Override
    public void notLeader(int segment) {
        ready.removeIf(ready -> ready == segment);
    }

    @Override
    public void fatal(int segment, Throwable cause) {
        fatal.add(cause);
    }

    @Override
    public void groupStopped(int segment, Throwable cause) {
        stopped.add(segment);
    }
}
