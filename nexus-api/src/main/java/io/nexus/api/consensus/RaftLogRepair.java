package io.nexus.api.consensus;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.ratis.server.RaftServerConfigKeys.Log.CorruptionPolicy;
import org.apache.ratis.server.raftlog.segmented.LogSegment;
import org.apache.ratis.server.raftlog.segmented.LogSegmentPath;
import org.apache.ratis.util.SizeInBytes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a group's log usable again after two crashes that Ratis 3.3.0 does not foresee. Only what the group's newest
 * marker covers is deleted: the store has it, and Ratis was about to delete it too. Called before Ratis opens the log.
 *
 * <p>A process that dies between the arrival of a marker and the purge leaves an open file that ends before the marker:
 * Ratis then refuses every append for ever. One that dies in mid-purge leaves a gap, because Ratis deletes the newest
 * file first: then the whole server does not start. Both are shown in the Ratis lab ({@code PullCrashTest}).
 */
final class RaftLogRepair {
    private static final Logger LOG = LoggerFactory.getLogger(RaftLogRepair.class);
    private static final Pattern CLOSED = Pattern.compile("log_(\\d{1,18})-(\\d{1,18})");
    private static final Pattern OPEN = Pattern.compile("log_inprogress_(\\d{1,18})");
    private static final Pattern MARKER = Pattern.compile("\\d{1,18}_(\\d{1,18})");

    private final SizeInBytes entryMax;

    /** @param entryMax Ratis' limit of an entry's size */
    RaftLogRepair(SizeInBytes entryMax) {
        this.entryMax = entryMax;
    }

    /** One file of the log; {@code end} is -1 where it has no entry. */
    private record LogFile(Path path, long start, long end, boolean open) {}

    /** @param group the group's directory, with {@code current} and {@code sm} in it */
    void repair(Path group) throws IOException {
        long marker = newestMarker(group.resolve("sm"));
        if (marker < 0) {
            return;
        }
        boolean gap = false;
        long next = -1;
        for (LogFile file : newestFirst(group.resolve("current"))) {
            gap |= !file.open && next >= 0 && file.end != next - 1;
            if ((gap || file.open) && file.start <= marker && file.end < marker) {
                Files.delete(file.path);
                LOG.atWarn()
                        .addKeyValue("file", file.path)
                        .addKeyValue("marker", marker)
                        .log("deleted a part of the log that a crash in its purge left behind");
            } else {
                next = file.start;
            }
        }
    }

    private List<LogFile> newestFirst(Path directory) throws IOException {
        List<LogFile> files = new ArrayList<>();
        for (Path path : children(directory)) {
            String name = path.getFileName().toString();
            Matcher closed = CLOSED.matcher(name);
            Matcher open = OPEN.matcher(name);
            if (closed.matches()) {
                files.add(new LogFile(path, Long.parseLong(closed.group(1)), Long.parseLong(closed.group(2)), false));
            } else if (open.matches()) {
                files.add(new LogFile(path, Long.parseLong(open.group(1)), lastIndex(path), true));
            }
        }
        files.sort(Comparator.comparingLong(LogFile::start).reversed());
        return files;
    }

    private long lastIndex(Path file) throws IOException {
        AtomicLong last = new AtomicLong(-1);
        LogSegmentPath segment = LogSegmentPath.matchLogSegment(file);
        try {
            LogSegment.readSegmentFile(
                    file.toFile(),
                    segment.getStartEnd(),
                    entryMax,
                    CorruptionPolicy.EXCEPTION,
                    null,
                    entry -> last.set(entry.getIndex()));
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("file", file).setCause(e).log("this part of the log cannot be read to its end");
            return Long.MAX_VALUE; // what follows the damage may be all there is of it: Ratis is to refuse it
        }
        return last.get();
    }

    private static long newestMarker(Path directory) throws IOException {
        long newest = -1;
        for (Path path : children(directory)) {
            Matcher marker = MARKER.matcher(path.getFileName().toString());
            if (marker.matches()) {
                newest = Math.max(newest, Long.parseLong(marker.group(1)));
            }
        }
        return newest;
    }

    private static List<Path> children(Path directory) throws IOException {
        List<Path> children = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
                stream.forEach(children::add);
            }
        }
        return children;
    }
}
