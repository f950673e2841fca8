package io.nexus.api.consensus;

import io.nexus.api.error.Problem;
import io.nexus.statemachine.model.Reason;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What callers read when a command was not decided: which segment, who should have, and what to do next. */
final class RoutingProblems {
    private static final Duration SOON = Duration.ofSeconds(1);

    private final UnaryOperator<String> nodeName;

    /** @param nodeName from node id to what people call the node */
    RoutingProblems(UnaryOperator<String> nodeName) {
        this.nodeName = nodeName;
    }

    Problem noLeader(int segment, @Nullable String lastOwner, long outageMillis) {
        String since = outageMillis < 1_000 ? "" : " for " + outageMillis / 1_000 + " s";
        return Problem.retry(
                Reason.NO_LEADER,
                SOON,
                "%s has had no owner that this node can reach%s (last known: %s). Nothing was changed. Retry, on another "
                        + "node if this one may be cut off; `nexus status` shows the members.",
                segment(segment),
                since,
                lastOwner == null ? "none" : nodeName.apply(lastOwner));
    }

    Problem unknown(int segment, @Nullable String owner) {
        return Problem.of(
                Reason.OUTCOME_UNKNOWN,
                "The owner of %s (%s) did not answer in time: the change may have been made. Repeat the request, which "
                        + "has no second effect, or look up what holds now.",
                lower(segment(segment)),
                owner == null ? "unknown" : nodeName.apply(owner));
    }

    Problem overloaded(int segment, @Nullable String owner, long retryAfterMillis) {
        return Problem.retry(
                Reason.OVERLOADED,
                Duration.ofMillis(Math.max(50, retryAfterMillis)),
                "The owner of %s (%s) has more requests waiting than it can serve in time. Nothing was changed. Retry "
                        + "later.",
                lower(segment(segment)),
                owner == null ? "unknown" : nodeName.apply(owner));
    }

    Problem tooManyPending(int limit) {
        return Problem.retry(
                Reason.OVERLOADED,
                SOON,
                "This node has %d requests that are not decided yet, its limit. Nothing was changed. Retry later, or on "
                        + "another node.",
                limit);
    }

    Problem noTime(int segment) {
        return Problem.retry(
                Reason.NO_LEADER,
                SOON,
                "The request's deadline was over before %s could be asked. Nothing was changed. Retry with more time.",
                lower(segment(segment)));
    }

    Problem paused() {
        return Problem.retry(
                Reason.NODE_STARTING,
                SOON,
                "This node stood still for some seconds and takes no writes that may be older than that. Nothing was "
                        + "changed. Retry, or ask another node.");
    }

    Problem shuttingDown() {
        return Problem.retry(
                Reason.NO_LEADER, SOON, "This node is shutting down. Nothing was changed. Ask another node.");
    }

    Problem tooLarge(int bytes, int limit) {
        return Problem.of(
                Reason.MESSAGE_TOO_LARGE,
                "The request has %d bytes, the limit is %d. Nothing was changed.",
                bytes,
                limit);
    }

    private static String segment(int segment) {
        return segment == 0 ? "The meta group" : "Segment " + segment;
    }

    private static String lower(String sentenceStart) {
        return Character.toLowerCase(sentenceStart.charAt(0)) + sentenceStart.substring(1);
    }
}
