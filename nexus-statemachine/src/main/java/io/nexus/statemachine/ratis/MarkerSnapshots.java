package io.nexus.statemachine.ratis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.server.storage.RaftStorageDirectory;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Ratis takes for snapshots: directories {@code sm/<term>_<index>} with one small file. A marker says that the
 * store was durable up to there; the rows are in the store and never in the marker. Ratis ships the newest marker to a
 * member that is behind, replaces its whole {@code sm} by it, and adds a checksum file next to it.
 *
 * <p>Written on the group's updater thread only; {@link #getLatestSnapshot} on any thread, without I/O.
 */
final class MarkerSnapshots implements StateMachineStorage {
    private static final Logger LOG = LoggerFactory.getLogger(MarkerSnapshots.class);
    private static final Pattern NAME = Pattern.compile("(\\d{1,18})_(\\d{1,18})");
    private static final Pattern LOG_NAME = Pattern.compile("log_(?:inprogress_)?(\\d{1,18})(?:-\\d{1,18})?");
    private static final String FILE = "position";
    private static final String DRAFT = "draft-";
    private static final int KEPT = 2;
    private static final long PUSH_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long PUSH_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private volatile @Nullable Path directory;
    private volatile @Nullable SnapshotInfo latest;

    /** Finds the newest marker, after cleaning up what a crash left in the middle of a push. */
    @Override
    public void init(RaftStorage storage) throws IOException {
        RaftStorageDirectory root = storage.getStorageDir();
        Path markers = root.getStateMachineDir().toPath();
        cleanUp(markers, root.getTmpDir().toPath());
        Files.createDirectories(markers);
        directory = markers;
        refresh();
    }

    @Override
    public @Nullable SnapshotInfo getLatestSnapshot() {
        return latest;
    }

    /** Where the newest marker is; (0, -1) if there is none. */
    TermIndex newest() {
        SnapshotInfo marker = latest;
        return marker == null ? TermIndex.INITIAL_VALUE : marker.getTermIndex();
    }

    /** Reads the newest marker from disk; false, with nothing changed, if there is none. */
    private boolean refresh() throws IOException {
        List<Marker> markers = list(directory());
        if (markers.isEmpty()) {
            return false;
        }
        latest = markers.get(0).info();
        return true;
    }

    /** Writes a marker, durably, unless the newest one says the same. */
    void write(TermIndex position, String text) throws IOException {
        if (newest().equals(position)) {
            return;
        }
        Path markers = directory();
        String name = position.getTerm() + "_" + position.getIndex();
        Path draft = markers.resolve(DRAFT + name);
        deleteTree(draft);
        Files.createDirectories(draft);
        Files.writeString(draft.resolve(FILE), text + "\n", StandardCharsets.UTF_8);
        sync(draft.resolve(FILE));
        sync(draft);
        Path marker = markers.resolve(name);
        Files.move(draft, marker, StandardCopyOption.ATOMIC_MOVE);
        sync(markers);
        latest = new Marker(position, marker).info();
    }

    /** Finds the marker that was pushed. Waits if yet another push is moving it away at this very moment. */
    TermIndex takeOver() throws IOException {
        long end = System.nanoTime() + PUSH_NANOS;
        while (!refresh() && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(PUSH_POLL_NANOS);
        }
        return newest();
    }

    /** Makes pushed markers durable, which Ratis does not. */
    void sync() {
        try {
            for (Marker marker : list(directory())) {
                sync(marker.path().resolve(FILE));
                sync(marker.path());
            }
            sync(directory());
            Path group = directory().toAbsolutePath().getParent();
            if (group != null) {
                sync(group);
            }
        } catch (IOException e) {
            // Another push moves them away: it is that one's markers then that count.
            LOG.atWarn().setCause(e).log("markers not synced");
        }
    }

    @Override
    public void format() {
        // Ratis formats the group's directory itself; there is nothing here besides.
    }

    @Override
    public void cleanupOldSnapshots(@Nullable SnapshotRetentionPolicy policy) throws IOException {
        int kept = Math.max(KEPT, policy == null ? KEPT : policy.getNumSnapshotsRetained());
        List<Marker> markers = list(directory());
        for (Marker old : markers.subList(Math.min(kept, markers.size()), markers.size())) {
            deleteTree(old.path());
        }
    }

    /** First index of the group's log on disk; -1 if there is no log. */
    static long logStart(RaftStorage storage) throws IOException {
        Path current = storage.getStorageDir().getCurrentDir().toPath();
        if (!Files.isDirectory(current)) {
            return -1;
        }
        try (Stream<Path> files = Files.list(current)) {
            return files.map(file -> LOG_NAME.matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .mapToLong(name -> Long.parseLong(name.group(1)))
                    .min()
                    .orElse(-1);
        }
    }

    private Path directory() {
        Path markers = directory;
        if (markers == null) {
            throw new IllegalStateException("not initialized");
        }
        return markers;
    }

    /** Newest first. */
    private static List<Marker> list(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.flatMap(MarkerSnapshots::marker)
                    .sorted(Comparator.comparing(Marker::position).reversed())
                    .toList();
        } catch (NoSuchFileException | UncheckedIOException e) {
            return List.of(); // moved away by a push
        }
    }

    private static Stream<Marker> marker(Path path) {
        Matcher name = NAME.matcher(path.getFileName().toString());
        if (!name.matches() || !Files.isRegularFile(path.resolve(FILE))) {
            return Stream.empty();
        }
        return Stream.of(
                new Marker(TermIndex.valueOf(Long.parseLong(name.group(1)), Long.parseLong(name.group(2))), path));
    }

    /**
     * A push moves {@code sm} aside before it moves the new one in. If a crash came between the two, the old one goes
     * back to its place: without any marker the group would replay a log whose head is gone.
     */
    private static void cleanUp(Path markers, Path pushes) throws IOException {
        Path parent = markers.toAbsolutePath().getParent();
        String aside = markers.getFileName() + ".tmp";
        if (parent == null || !Files.isDirectory(parent)) {
            return;
        }
        List<Path> leftovers;
        try (Stream<Path> entries = Files.list(parent)) {
            leftovers = entries.filter(entry -> entry.getFileName().toString().startsWith(aside))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
        for (Path leftover : leftovers) {
            if (list(markers).isEmpty()) {
                deleteTree(markers);
                Files.move(leftover, markers, StandardCopyOption.ATOMIC_MOVE);
            } else {
                deleteTree(leftover);
            }
        }
        deleteAll(markers, DRAFT);
        deleteAll(pushes, "snapshot-");
    }

    private static void deleteAll(Path parent, String prefix) throws IOException {
        if (!Files.isDirectory(parent)) {
            return;
        }
        List<Path> leftovers;
        try (Stream<Path> entries = Files.list(parent)) {
            leftovers = entries.filter(entry -> entry.getFileName().toString().startsWith(prefix))
                    .toList();
        }
        for (Path leftover : leftovers) {
            deleteTree(leftover);
        }
    }

    private static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.deleteIfExists(dir);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private record Marker(TermIndex position, Path path) {
        SnapshotInfo info() {
            // A null checksum is computed when the file is sent.
            FileInfo file = new FileInfo(path.resolve(FILE).toAbsolutePath(), null);
            return new MarkerInfo(position, List.of(file));
        }
    }

    private record MarkerInfo(TermIndex position, List<FileInfo> files) implements SnapshotInfo {
        @Override
        public TermIndex getTermIndex() {
            return position;
        }

        @Override
        public List<FileInfo> getFiles() {
            return files;
        }
    }
}
