package io.nexus.crdt;

import java.util.ArrayList;
import java.util.List;

/**
 * The fork table of one stream: the incarnations that followed its first one, oldest first, each with the last seq of
 * the older history that it kept. Immutable. What an incarnation wrote is valid up to the smallest fork point of all
 * later ones; validity is asked of positions and tokens, never of single rows, because taking the larger version first
 * and filtering afterwards is not associative (read-side design, 2.3).
 */
public record Branches(List<Branch> forks) {
    /** A stream that never forked. */
    public static final Branches NONE = new Branches(List.of());

    /**
     * One incarnation that began with a fork.
     *
     * @param nonce random; the same incarnation with another nonce is an undetected fork
     * @param forkSeq the last seq of the older history that this one kept: its own first step is the one after it
     */
    public record Branch(int incarnation, long nonce, long forkSeq) {
        public Branch {
            if (incarnation < 1 || forkSeq < 0) {
                throw new IllegalArgumentException("incarnation " + incarnation + " forked at " + forkSeq);
            }
        }
    }

    /** What a store says to "have you seen this write?". */
    public enum Coverage {
        /** The write is in the store. */
        SATISFIED,
        /** The store is behind it, or does not know enough to tell. */
        NOT_YET,
        /** The write was on a branch that the stream left: no store will ever have it again. */
        LOST
    }

    public Branches {
        forks = List.copyOf(forks);
        for (int i = 1; i < forks.size(); i++) {
            if (forks.get(i).incarnation <= forks.get(i - 1).incarnation) {
                throw new IllegalArgumentException("incarnations do not ascend: " + forks);
            }
        }
    }

    /** This table with one more incarnation, which must be newer than all that are known. */
    public Branches with(Branch next) {
        List<Branch> longer = new ArrayList<>(forks);
        longer.add(next);
        return new Branches(longer);
    }

    /** The newest incarnation that began with a fork; 0 if there was none. */
    public int newest() {
        return forks.isEmpty() ? 0 : forks.get(forks.size() - 1).incarnation;
    }

    /** The last seq of this incarnation that is part of the stream's history; {@link Long#MAX_VALUE} for the newest. */
    public long validUpTo(int incarnation) {
        return forks.stream()
                .filter(fork -> fork.incarnation > incarnation)
                .mapToLong(Branch::forkSeq)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /** True if what the incarnation wrote under this seq is part of the stream's history. */
    public boolean valid(int incarnation, long seq) {
        return seq <= validUpTo(incarnation);
    }

    /**
     * True if a copy at {@code older} is a prefix of what a copy at {@code newer} has gone through, as far as this table
     * knows: then it may go on with the steps after its position.
     */
    public boolean leads(Cursor older, Cursor newer) {
        boolean onward = older.incarnation() == newer.incarnation()
                ? older.nonce() == newer.nonce()
                : older.incarnation() < newer.incarnation() && knows(newer) && validUntil(older, newer);
        return older.stream() == newer.stream() && onward && older.seq() <= newer.seq();
    }

    /** Whether a store at {@code here}, with this table, reflects the write that the token names. */
    public Coverage covers(Token token, Position here) {
        if (token.stream() != here.stream()) {
            throw new IllegalArgumentException("a token of stream " + token.stream() + ", asked of " + here.stream());
        }
        if (!valid(token.incarnation(), token.seq())) {
            return Coverage.LOST;
        }
        boolean decidable = token.incarnation() == here.incarnation()
                || (token.incarnation() < here.incarnation() && knows(Cursor.at(here)));
        return decidable && here.seq() >= token.seq() ? Coverage.SATISFIED : Coverage.NOT_YET;
    }

    /** The fork that this cursor's incarnation began with is in the table. */
    private boolean knows(Cursor of) {
        return forks.stream().anyMatch(fork -> fork.incarnation == of.incarnation() && fork.nonce == of.nonce());
    }

    private boolean validUntil(Cursor older, Cursor newer) {
        return forks.stream()
                .filter(fork -> fork.incarnation > older.incarnation() && fork.incarnation <= newer.incarnation())
                .allMatch(fork -> older.seq() <= fork.forkSeq);
    }
}
