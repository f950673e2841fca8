package io.nexus.api.error;

import io.grpc.Status;
import io.nexus.statemachine.model.Reason;

/** The one table from a reason to what callers see of it. {@code docs/reference/errors.md} is held to it by a test. */
public final class StatusTable {
    private StatusTable() {}

    /**
     * What callers see of one reason.
     *
     * @param http status code of the answer over HTTP
     * @param retryable the same request may succeed later, or on another node, without being changed
     * @param advice what the caller should do, one clause
     */
    public record Row(Reason reason, Status.Code grpc, int http, boolean retryable, String advice) {}

    public static Row row(Reason reason) {
        return switch (reason) {
            case INVALID_FIELD ->
                rejects(reason, Status.Code.INVALID_ARGUMENT, 400, "correct the field that the error names");
            case MESSAGE_TOO_LARGE -> rejects(reason, Status.Code.RESOURCE_EXHAUSTED, 413, "send less in one request");
            case NO_SUCH_POOL -> rejects(reason, Status.Code.NOT_FOUND, 404, "list the pools, or create this one");
            case NO_SUCH_ALLOCATION -> rejects(reason, Status.Code.NOT_FOUND, 404, "take it as released, or allocate");
            case POOL_EXHAUSTED ->
                rejects(
                        reason,
                        Status.Code.RESOURCE_EXHAUSTED,
                        409,
                        "use another pool, or release addresses; asking another node does not help");
            case ADDRESS_TAKEN ->
                rejects(reason, Status.Code.ALREADY_EXISTS, 409, "ask for another address, or for any");
            case NOT_ALLOCATABLE ->
                rejects(
                        reason,
                        Status.Code.FAILED_PRECONDITION,
                        409,
                        "ask for an address that is not network, broadcast, gateway or excluded");
            case POOL_EXISTS ->
                rejects(reason, Status.Code.ALREADY_EXISTS, 409, "compare the pool that exists, or use another id");
            case POOL_OVERLAPS ->
                rejects(reason, Status.Code.ALREADY_EXISTS, 409, "use another CIDR, or another address space");
            case POOL_IN_USE ->
                rejects(reason, Status.Code.FAILED_PRECONDITION, 409, "release the pool's allocations first");
            case POOL_SEALED ->
                rejects(reason, Status.Code.FAILED_PRECONDITION, 409, "use another pool: this one is being deleted");
            case REQUEST_ID_REUSED ->
                rejects(reason, Status.Code.ALREADY_EXISTS, 409, "use a new request_id for a new request");
            case GENERATION_CHANGED ->
                rejects(
                        reason,
                        Status.Code.FAILED_PRECONDITION,
                        409,
                        "leave it alone: what was meant has ended, and the subscriber was given an address anew");
            case NO_SUCH_RECORD ->
                rejects(reason, Status.Code.NOT_FOUND, 404, "write it, or ask a node that has heard of it");
            case VERSION_MISMATCH ->
                rejects(reason, Status.Code.ABORTED, 412, "read the record again, and decide again");
            case SUBSCRIBER_LIMIT ->
                rejects(
                        reason,
                        Status.Code.FAILED_PRECONDITION,
                        409,
                        "release something that the subscriber has in this pool");
            case ADDRESS_HELD ->
                rejects(
                        reason,
                        Status.Code.FAILED_PRECONDITION,
                        409,
                        "ask for another address, or for any: this one is held for its last owner");
            case ADDRESS_QUARANTINED ->
                rejects(
                        reason,
                        Status.Code.FAILED_PRECONDITION,
                        409,
                        "ask for another address, or for any: this one was released a short time ago");
            case ADDRESS_DECLINED ->
                rejects(
                        reason,
                        Status.Code.FAILED_PRECONDITION,
                        409,
                        "ask for another address, or for any: this one was found in use elsewhere");
            case ADDRESS_RESERVED ->
                rejects(
                        reason,
                        Status.Code.FAILED_PRECONDITION,
                        409,
                        "ask for another address, or for any: this one is reserved for somebody else");
            case POOL_DRAINING ->
                rejects(reason, Status.Code.FAILED_PRECONDITION, 409, "use another pool: this one is being emptied");
            case POOL_CHANGED ->
                rejects(
                        reason,
                        Status.Code.ABORTED,
                        409,
                        "read the pool again, and repeat the change if it still fits");
            case NO_LEADER ->
                fails(reason, 503, "retry after the time given: the segment is electing a leader or has no majority");
            case OVERLOADED -> fails(reason, 503, "retry after the time given, with backoff");
            case NODE_STARTING -> fails(reason, 503, "retry after the time given, or ask another node");
            case OWNER_UNREACHABLE ->
                fails(reason, 503, "retry, or ask another node: this one cannot tell whether it exists");
            case STALE_READ -> fails(reason, 503, "retry, ask another node, or accept older data");
            case OUTCOME_UNKNOWN ->
                new Row(
                        reason,
                        Status.Code.DEADLINE_EXCEEDED,
                        504,
                        true,
                        "repeat the same request with the same request_id, or look it up");
            case WRITE_LOST ->
                rejects(
                        reason,
                        Status.Code.DATA_LOSS,
                        500,
                        "drop the token and read again: its write was lost with the segment's majority");
            case NODE_STOPPING -> fails(reason, 503, "ask another node; a watch goes on there with its last token");
            case UNIMPLEMENTED ->
                rejects(reason, Status.Code.UNIMPLEMENTED, 501, "do not call this; see the message for what to use");
            case INVARIANT_BROKEN ->
                rejects(reason, Status.Code.INTERNAL, 500, "report it with the node's log; other segments go on");
        };
    }

    private static Row rejects(Reason reason, Status.Code grpc, int http, String advice) {
        return new Row(reason, grpc, http, false, advice);
    }

    private static Row fails(Reason reason, int http, String advice) {
        return new Row(reason, Status.Code.UNAVAILABLE, http, true, advice);
    }
}
