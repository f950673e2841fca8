package io.nexus.api.service;

import static io.nexus.api.service.AllocationService.guarded;

import io.nexus.api.error.Problem;
import io.nexus.api.records.RecordWrite;
import io.nexus.api.records.Records;
import io.nexus.crdt.records.Conflict;
import io.nexus.crdt.records.Dot;
import io.nexus.crdt.records.Hlc;
import io.nexus.crdt.records.Revision;
import io.nexus.statemachine.model.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Subscriber configurations, sessions and devices: answered and written by this node alone, whatever the others do.
 * Thread-safe, never blocks; futures fail with {@link io.nexus.api.error.ProblemException}.
 */
public final class RecordService {
    /** As a version to match: whatever it is, but the record must exist. */
    private static final String ANY = "*";

    private final Records records;
    private final Executor readers;
    private final BooleanSupplier serves;

    /**
     * @param readers may block on disk
     * @param serves false while this node belongs to no cluster: nobody would ever hear of what is written
     */
    public RecordService(Records records, Executor readers, BooleanSupplier serves) {
        this.records = records;
        this.readers = readers;
        this.serves = serves;
    }

    /**
     * Which write of a record it is.
     *
     * @param text unique, and later ones sort after earlier ones
     */
    public record Version(String text, String nodeId, long updatedMillis) {
        static Version of(Revision revision) {
            return of(revision.hlc(), revision.dot());
        }

        static Version of(long hlc, Dot dot) {
            String node = dot.origin().node().toString();
            return new Version(String.format(Locale.ROOT, "%016x-%s", hlc, node), node, Hlc.millis(hlc));
        }
    }

    /** One record. The values are of the types that {@link RecordField.Type} names. */
    public record View(RecordKind kind, String id, Map<String, Object> fields, Version version) {}

    /** @param created false: it existed, and was replaced */
    public record Put(View view, boolean created) {}

    /** @param more there are records after these */
    public record Page(List<View> views, boolean more) {}

    /** @param lostJson null if the write that lost was a deletion */
    public record Overwritten(
            RecordKind kind,
            String id,
            long detectedMillis,
            Version kept,
            Version lost,
            @Nullable String lostJson) {}

    /**
     * Writes a whole record.
     *
     * @param ifMatch only over this version; empty: whatever is there
     */
    public CompletableFuture<Put> put(
            RecordKind kind, String id, Map<String, Object> given, String ifMatch, long deadlineNanos) {
        return guarded(() -> {
            String key = kind.key(RecordRules.id(id));
            requireCluster();
            Map<String, Object> fields = RecordRules.fields(kind, given);
            byte[] value = RecordRules.encoded(fields);
            return write(deadlineNanos, new RecordWrite(key, before -> {
                        match(kind, id, before, ifMatch);
                        return value;
                    }))
                    .thenApply(written ->
                            new Put(new View(kind, id, fields, Version.of(written.revision())), written.created()));
        });
    }

    /** Fails with NO_SUCH_RECORD if it does not exist here. */
    public CompletableFuture<Version> delete(RecordKind kind, String id, String ifMatch, long deadlineNanos) {
        return guarded(() -> {
            String key = kind.key(RecordRules.id(id));
            requireCluster();
            return write(deadlineNanos, new RecordWrite(key, before -> {
                        if (before == null && ifMatch.isEmpty()) {
                            throw missing(kind, id);
                        }
                        match(kind, id, before, ifMatch);
                        return null;
                    }))
                    .thenApply(written -> Version.of(written.revision()));
        });
    }

    public CompletableFuture<View> get(RecordKind kind, String id) {
        return reading(() -> {
            Revision found = records.get(kind.key(RecordRules.id(id)));
            if (found == null) {
                throw missing(kind, id);
            }
            return view(kind, found);
        });
    }

    /**
     * Records in the order of their ids.
     *
     * @param prefix of the ids; empty: all
     * @param after only ids after this one; empty: from the first
     * @param limit 0: the default
     */
    public CompletableFuture<Page> list(RecordKind kind, String prefix, String after, long limit) {
        return reading(() -> {
            int max = RecordRules.limit(limit);
            String from = after.isEmpty() ? "" : kind.key(after);
            List<Revision> found = records.list(kind.key(prefix), from, max + 1);
            List<View> views = found.stream()
                    .limit(max)
                    .map(revision -> view(kind, revision))
                    .toList();
            return new Page(views, found.size() > max);
        });
    }

    /** @param limit 0: the default */
    public CompletableFuture<List<Overwritten>> conflicts(long limit) {
        return reading(() -> records.conflicts(RecordRules.limit(limit)).stream()
                .map(RecordService::overwritten)
                .toList());
    }

    /** A disk that does not answer in time may still have the write. */
    private CompletableFuture<Records.Written> write(long deadlineNanos, RecordWrite write) {
        return records.write(write)
                .orTimeout(Math.max(1, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS)
                .exceptionallyCompose(thrown -> CompletableFuture.failedFuture(
                        thrown instanceof TimeoutException
                                ? Problem.of(
                                                Reason.OUTCOME_UNKNOWN,
                                                "this node's disk has not confirmed it in time: read the record")
                                        .exception()
                                : thrown));
    }

    private void requireCluster() {
        if (!serves.getAsBoolean()) {
            throw Problem.retry(
                            Reason.NODE_STARTING,
                            Duration.ofSeconds(1),
                            "this node is not in a cluster yet; why, says: nexus status")
                    .exception();
        }
    }

    private static Overwritten overwritten(Conflict conflict) {
        Revision loser = conflict.loser();
        RecordKind kind = kindOf(loser.key());
        byte[] value = loser.value();
        return new Overwritten(
                kind,
                Objects.requireNonNull(kind.id(loser.key())),
                conflict.detectedMillis(),
                Version.of(conflict.winnerHlc(), conflict.winner()),
                Version.of(loser),
                value == null ? null : new String(value, StandardCharsets.UTF_8));
    }

    private static RecordKind kindOf(String key) {
        for (RecordKind kind : RecordKind.values()) {
            if (kind.id(key) != null) {
                return kind;
            }
        }
        throw new IllegalStateException("no kind of record has the key " + key);
    }

    /** A revision that is no tombstone, as callers see it. */
    public static View view(Revision revision) {
        return view(kindOf(revision.key()), revision);
    }

    private static View view(RecordKind kind, Revision revision) {
        String id = Objects.requireNonNull(kind.id(revision.key()));
        byte[] value = Objects.requireNonNull(revision.value());
        return new View(kind, id, RecordValues.decode(value), Version.of(revision));
    }

    private static void match(RecordKind kind, String id, @Nullable Revision before, String ifMatch) {
        String version = before == null ? "" : Version.of(before).text();
        boolean any = ifMatch.equals(ANY) && before != null;
        if (!ifMatch.isEmpty() && !any && !ifMatch.equals(version)) {
            throw Problem.of(
                            Reason.VERSION_MISMATCH,
                            "%s %s has %s on this node, not the version given: read it again",
                            kind.word(),
                            id,
                            before == null ? "no version" : "version " + version)
                    .exception();
        }
    }

    private static RuntimeException missing(RecordKind kind, String id) {
        return Problem.of(Reason.NO_SUCH_RECORD, "this node knows no %s %s", kind.word(), id)
                .exception();
    }

    private <T> CompletableFuture<T> reading(Supplier<T> read) {
        return guarded(() -> CompletableFuture.supplyAsync(read, readers));
    }
}
