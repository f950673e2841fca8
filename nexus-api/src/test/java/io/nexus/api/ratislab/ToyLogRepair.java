package io.nexus.api.ratislab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.ratis.server.RaftServerConfigKeys.Log.CorruptionPolicy;
import org.apache.ratis.server.raftlog.segmented.LogSegment;
import org.apache.ratis.server.raftlog.segmented.LogSegmentPath;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.util.SizeInBytes;

/**
 * Makes a Raft log usable again after a crash that Ratis does not foresee; nothing past the newest marker is touched.
 * Called in {@code initialize()}, which is before the log is opened.
 *
 * <p>A process that dies between the arrival of a marker and the purge leaves an open segment that ends before the
 * marker: Ratis drops closed segments of that kind, but not the open one, and then refuses every append for ever. One
 * that dies in the purge leaves a gap, since Ratis deletes the newest segment first: then the server does not start.
 */
final class ToyLogRepair {
    private static final Pattern CLOSED = Pattern.compile("log_(\\d+)-(\\d+)");
    private static final Pattern OPEN = Pattern.compile("log_inprogress_(\\d+)");

    private final RaftStorage storage;
    private final SizeInBytes entryMax;

    ToyLogRepair(RaftStorage storage, SizeInBytes entryMax) {
        this.storage = storage;
        this.entryMax = entryMax;
    }

    void dropWhatIsCoveredBy(long marker) throws IOException {
        List<LogSegmentPath> segments = LogSegmentPath.getLogSegmentPaths(storage);
        long next = Long.MAX_VALUE;
        boolean gap = false;
        for (int i = segments.size() - 1; i >= 0; i--) {
            LogSegmentPath segment = segments.get(i);
            Matcher closed = match(CLOSED, segment.getPath());
            Matcher open = match(OPEN, segment.getPath());
            long start = Long.parseLong((closed.matches() ? closed : open).group(1));
            long end = closed.matches() ? Long.parseLong(closed.group(2)) : lastIndex(segment);
            gap |= closed.matches() && next != Long.MAX_VALUE && end + 1 != next;
            if ((gap || open.matches()) && end < marker) {
                Files.delete(segment.getPath());
            } else {
                next = start;
            }
        }
    }

    private static Matcher match(Pattern pattern, Path file) {
        Matcher matcher = pattern.matcher(file.getFileName().toString());
        matcher.matches();
        return matcher;
    }

    /** -1 if there is no entry. */
    private long lastIndex(LogSegmentPath segment) throws IOException {
        AtomicLong last = new AtomicLong(-1);
        LogSegment.readSegmentFile(
                segment.getPath().toFile(),
                segment.getStartEnd(),
                entryMax,
                CorruptionPolicy.WARN_AND_RETURN,
                null,
                entry -> last.set(entry.getIndex()));
        return last.get();
    }
}
