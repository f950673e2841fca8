package io.nexus.api.service;

import io.nexus.api.cluster.LeadershipProof;
import io.nexus.api.consensus.GroupView;
import io.nexus.crdt.Branches.Coverage;
import io.nexus.crdt.Position;
import io.nexus.statemachine.model.Allocation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Reads segments that this node leads, after proving that it still does: what it has applied then holds every write
 * that was answered before the question. Thread-safe; futures complete on the executor.
 */
final class ConfirmedReader {
    private final StoreReader reader;
    private final GroupView groups;
    private final LeadershipProof proof;
    private final Executor executor;

    ConfirmedReader(StoreReader reader, GroupView groups, LeadershipProof proof, Executor executor) {
        this.reader = reader;
        this.groups = groups;
        this.proof = proof;
        this.executor = executor;
    }

    /**
     * @param confirmed false: this node does not, or not provably, lead the segment; the rest means nothing then
     * @param poolOpen the pool that was asked for, or one that contains the address, is open in this segment
     * @param coverage of the write that was named, if it is one of this segment
     */
    record Word(
            int segment,
            boolean confirmed,
            List<Allocation> allocations,
            int incarnation,
            long seq,
            boolean poolOpen,
            Coverage coverage) {
        static Word unconfirmed(int segment) {
            return new Word(segment, false, List.of(), 0, 0, false, Coverage.NOT_YET);
        }
    }

    /** One word for each segment. */
    CompletableFuture<List<Word>> read(Inquiry inquiry, Set<Integer> segments) {
        Map<Integer, CompletableFuture<Boolean>> proofs = new HashMap<>();
        for (int segment : segments) {
            proofs.put(
                    segment,
                    groups.group(segment).leaderReady()
                            ? proof.confirm(segment)
                            : CompletableFuture.completedFuture(false));
        }
        return CompletableFuture.allOf(proofs.values().toArray(CompletableFuture[]::new))
                .thenApplyAsync(done -> words(inquiry, proofs), executor);
    }

    private List<Word> words(Inquiry inquiry, Map<Integer, CompletableFuture<Boolean>> proofs) {
        Set<Integer> confirmed = new TreeSet<>();
        Map<Integer, Position> positions = new HashMap<>();
        proofs.forEach((segment, proven) -> {
            Position position = reader.position(segment);
            if (proven.join() && position != null) {
                confirmed.add(segment);
                positions.put(segment, position); // before the rows: they are of this position or later
            }
        });
        Map<Integer, List<Allocation>> found = reader.read(inquiry, confirmed);
        List<Word> words = new ArrayList<>();
        for (int segment : proofs.keySet()) {
            Position position = positions.get(segment);
            words.add(
                    position == null
                            ? Word.unconfirmed(segment)
                            : new Word(
                                    segment,
                                    true,
                                    found.getOrDefault(segment, List.of()),
                                    position.incarnation(),
                                    position.seq(),
                                    reader.poolOpen(inquiry, segment),
                                    reader.coverage(inquiry, position)));
        }
        return words;
    }
}
