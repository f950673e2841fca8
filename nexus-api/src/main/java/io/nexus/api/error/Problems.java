package io.nexus.api.error;

import io.nexus.statemachine.model.Reason;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From whatever a future failed with to the problem that the caller is told. */
public final class Problems {
    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
    /** When nothing better is known: an election and a little more. */
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private Problems() {}

    /**
     * What to tell the caller. Anything that is not a {@link ProblemException} is a fault of this node: it is logged
     * with its trace, and the caller hears only that it happened.
     */
    public static Problem of(Throwable thrown) {
        Throwable cause = thrown;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof ProblemException known) {
            return withRetry(known.problem());
        }
        LOG.atError().setCause(cause).log("request failed on a fault of this node");
        return Problem.of(Reason.INVARIANT_BROKEN, "internal error: the log of this node says more");
    }

    /** A problem that passes by itself always says when to try again. */
    private static Problem withRetry(Problem problem) {
        boolean retryable = StatusTable.row(problem.reason()).retryable();
        return retryable && problem.retryAfter() == null
                ? new Problem(problem.reason(), problem.message(), problem.field(), RETRY_AFTER)
                : problem;
    }
}
