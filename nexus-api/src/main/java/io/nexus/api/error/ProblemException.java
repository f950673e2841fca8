package io.nexus.api.error;

/** Carries a {@link Problem} through a future. Without stack trace: it is an answer, not a crash. */
public final class ProblemException extends RuntimeException {
    private final transient Problem problem;

    public ProblemException(Problem problem) {
        super(problem.reason() + ": " + problem.message(), null, false, false);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
