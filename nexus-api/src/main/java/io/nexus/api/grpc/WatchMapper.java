package io.nexus.api.grpc;

import io.nexus.api.v1.Change;
import io.nexus.api.v1.Changes;
import io.nexus.api.v1.Entries;
import io.nexus.api.v1.KeyValue;
import io.nexus.api.v1.Pool;
import io.nexus.api.v1.Progress;
import io.nexus.api.v1.Resync;
import io.nexus.api.v1.SnapshotEnd;
import io.nexus.api.v1.WatchRequest;
import io.nexus.api.v1.WatchResponse;
import io.nexus.api.watch.WatchChange;
import io.nexus.api.watch.WatchEvent;
import io.nexus.api.watch.Watched;
import io.nexus.api.watch.Watches;

/** Between the messages of {@code nexus.v1.WatchService} and what watches tell. Pure. */
final class WatchMapper {
    private WatchMapper() {}

    static Watches.Request request(WatchRequest request) {
        return new Watches.Request(
                request.getPoolsList(),
                request.getSubscribersList(),
                request.getPrefixesList(),
                request.getResumeToken(),
                request.getSnapshot());
    }

    static WatchResponse response(WatchEvent event, String token) {
        WatchResponse.Builder response = WatchResponse.newBuilder().setResumeToken(token);
        if (event instanceof WatchEvent.Snapshot snapshot) {
            Entries.Builder entries = Entries.newBuilder();
            snapshot.entries().forEach(entry -> entries.addEntries(keyValue(entry)));
            response.setSnapshot(entries);
        } else if (event instanceof WatchEvent.SnapshotEnd) {
            response.setSnapshotEnd(SnapshotEnd.getDefaultInstance());
        } else if (event instanceof WatchEvent.Changes changes) {
            Changes.Builder list = Changes.newBuilder();
            changes.changes().forEach(change -> list.addChanges(change(change)));
            response.setChanges(list);
        } else if (event instanceof WatchEvent.Progress progress) {
            response.setProgress(Progress.newBuilder().setStalenessMs(progress.stalenessMillis()));
        } else if (event instanceof WatchEvent.Resync resync) {
            response.setResync(Resync.newBuilder()
                    .setReason(reason(resync.cause()))
                    .setMessage(resync.message())
                    .setSnapshotFollows(resync.snapshotFollows()));
        }
        return response.build();
    }

    private static Resync.Reason reason(WatchEvent.Cause cause) {
        return switch (cause) {
            case TOO_OLD -> Resync.Reason.TOO_OLD;
            case LOST_BRANCH -> Resync.Reason.LOST_BRANCH;
            case REPLACED -> Resync.Reason.REPLACED;
            case NODE_BEHIND -> Resync.Reason.NODE_BEHIND;
            case OTHER_FILTER -> Resync.Reason.OTHER_FILTER;
            case OTHER_CLUSTER -> Resync.Reason.OTHER_CLUSTER;
        };
    }

    private static Change change(WatchChange change) {
        Change.Builder out = Change.newBuilder();
        Watched now = change.now();
        Watched before = change.before();
        if (before != null) {
            out.setPrevious(keyValue(before));
        }
        return now != null
                ? out.setType(Change.Type.PUT).setEntry(keyValue(now)).build()
                : out.setType(Change.Type.DELETE)
                        .setEntry(KeyValue.newBuilder().setKey(change.key()).setInstance(change.instance()))
                        .build();
    }

    private static KeyValue keyValue(Watched value) {
        KeyValue.Builder out = KeyValue.newBuilder().setKey(value.key()).setInstance(value.instance());
        if (value instanceof Watched.Held held) {
            out.setAllocation(ProtoMapper.allocation(held.holding()));
        } else if (value instanceof Watched.Configured configured) {
            out.setPool(Pool.newBuilder()
                    .setSpec(ProtoMapper.spec(configured.pool().spec()))
                    .setInstance(configured.pool().instance())
                    .setSegment(configured.pool().segment()));
        } else if (value instanceof Watched.Plain plain) {
            out.setJson(plain.json().toString());
        }
        return out.build();
    }
}
