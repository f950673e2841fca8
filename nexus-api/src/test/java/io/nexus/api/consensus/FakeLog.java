package io.nexus.api.consensus;

import io.nexus.crdt.Token;
import io.nexus.statemachine.command.Batch;
import io.nexus.statemachine.command.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A group's log that keeps proposals until the test answers them. Thread-safe. */
final class FakeLog implements GroupLog {
    private final List<Proposal> proposals = new ArrayList<>();
    private volatile Standing standing = Standing.READY;
    private volatile boolean answering;
    private volatile @Nullable String leader = "leader";
    private long seq;

    record Proposal(Batch batch, AnswerSink sink, Thread thread) {
        List<Long> ids() {
            return batch.commands().stream()
                    .map(envelope -> envelope.commandId())
                    .toList();
        }
    }

    /** Applies each batch at once from now on. */
    FakeLog answering() {
        answering = true;
        return this;
    }

    void standing(Standing now) {
        standing = now;
    }

    void leader(@Nullable String nodeId) {
        leader = nodeId;
    }

    synchronized List<Proposal> proposals() {
        return List.copyOf(proposals);
    }

    void apply(int proposal) {
        apply(proposals().get(proposal));
    }

    void refuse(int proposal, SubmitFailure failure) {
        proposals().get(proposal).sink().refused(Refusal.of(failure));
    }

    private void apply(Proposal proposal) {
        long at;
        synchronized (this) {
            at = ++seq;
        }
        List<Outcome> outcomes = proposal.batch().commands().stream()
                .map(envelope -> (Outcome) Outcome.Rejected.because(
                        io.nexus.statemachine.model.Reason.NO_SUCH_POOL, "%s", envelope.commandId()))
                .toList();
        proposal.sink().applied(outcomes, new Token(1, 1, at));
    }

    @Override
    public Standing standing() {
        return standing;
    }

    @Override
    public @Nullable String leader() {
        return leader;
    }

    @Override
    public void propose(Batch batch, AnswerSink sink) {
        Proposal proposal = new Proposal(batch, sink, Thread.currentThread());
        synchronized (this) {
            proposals.add(proposal);
        }
        if (answering) {
            apply(proposal);
        }
    }
}
