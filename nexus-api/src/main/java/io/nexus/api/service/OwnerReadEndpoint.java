package io.nexus.api.service;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.nexus.api.cluster.LeadershipProof;
import io.nexus.api.consensus.GroupView;
import io.nexus.api.peer.v1.OwnerAnswer;
import io.nexus.api.peer.v1.OwnerLookupReply;
import io.nexus.api.peer.v1.OwnerLookupRequest;
import io.nexus.api.peer.v1.OwnerReadServiceGrpc;
import io.nexus.statemachine.codec.AllocationCodec;
import io.nexus.statemachine.storage.NodeStore;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers other nodes for the segments that this node leads, each after proving it: see {@link ConfirmedReader}. For
 * the others it says so, with the leader it knows. Never blocks the event loop.
 */
public final class OwnerReadEndpoint extends OwnerReadServiceGrpc.OwnerReadServiceImplBase {
    private final ConfirmedReader reader;
    private final GroupView groups;
    private final Supplier<String> clusterId;

    /**
     * @param clusterId whoever names another cluster is refused
     * @param executor may block on disk
     */
    public OwnerReadEndpoint(
            NodeStore store,
            PoolDirectory directory,
            GroupView groups,
            LeadershipProof proof,
            Supplier<String> clusterId,
            Executor executor) {
        this.reader = new ConfirmedReader(new StoreReader(store, directory), groups, proof, executor);
        this.groups = groups;
        this.clusterId = clusterId;
    }

    @Override
    public void ownerLookup(OwnerLookupRequest request, StreamObserver<OwnerLookupReply> responses) {
        if (!clusterId.get().equals(request.getClusterId())) {
            fail(responses, Status.FAILED_PRECONDITION.withDescription("this node belongs to another cluster"));
            return;
        }
        Inquiry inquiry;
        try {
            inquiry = OwnerWire.inquiry(request);
        } catch (IllegalArgumentException e) {
            fail(responses, Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
            return;
        }
        Set<Integer> segments = new TreeSet<>(request.getSegmentsList());
        CompletableFuture<?> unused = reader.read(inquiry, segments).whenComplete((words, failure) -> {
            if (words == null) {
                fail(responses, Status.UNAVAILABLE.withDescription(String.valueOf(failure)));
                return;
            }
            OwnerLookupReply.Builder reply = OwnerLookupReply.newBuilder();
            words.forEach(word -> reply.addAnswers(answer(word)));
            responses.onNext(reply.build());
            responses.onCompleted();
        });
    }

    private OwnerAnswer answer(ConfirmedReader.Word word) {
        OwnerAnswer.Builder answer = OwnerAnswer.newBuilder()
                .setSegment(word.segment())
                .setConfirmed(word.confirmed())
                .setIncarnation(word.incarnation())
                .setSeq(word.seq())
                .setPoolOpen(word.poolOpen())
                .setCoverage(OwnerWire.coverage(word.coverage()));
        word.allocations()
                .forEach(allocation ->
                        answer.addAllocations(UnsafeByteOperations.unsafeWrap(AllocationCodec.encode(allocation))));
        @Nullable String owner = groups.owner(word.segment());
        return (owner == null ? answer : answer.setLeaderHint(owner)).build();
    }

    private static void fail(StreamObserver<OwnerLookupReply> responses, Status status) {
        responses.onError(status.asRuntimeException());
    }
}
