package io.nexus.api.ratislab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.impl.FileListSnapshotInfo;
import org.apache.ratis.util.FileUtils;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots that Ratis sees: directories {@code sm/<term>_<index>} with one tiny file in each. The newest is held
 * in memory, because Ratis asks for it on every append. Ratis replaces {@code sm} as a whole when it installs one.
 */
final class ToyMarkers implements StateMachineStorage {
    static final String FILE = "position";

    private final String nodeId;
    private volatile @Nullable Path directory;
    private volatile @Nullable SnapshotInfo newest;

    ToyMarkers(String nodeId) {
        this.nodeId = nodeId;
    }

    /** Also takes back the markers of an install that a crash cut between Ratis' two renames. */
    @Override
    public void init(RaftStorage storage) throws IOException {
        Path sm = storage.getStorageDir().getStateMachineDir().toPath();
        directory = sm;
        Files.createDirectories(sm);
        for (Path leftover : children(storage.getStorageDir().getRoot().toPath(), "sm.tmp")) {
            if (list(sm).isEmpty()) {
                for (TermIndex marker : list(leftover)) {
                    Files.move(leftover.resolve(name(marker)), sm.resolve(name(marker)));
                }
            }
            FileUtils.deleteFully(leftover);
        }
        reload();
    }

    /** Reads the directory again: after a restart, and after Ratis replaced it. Never goes back. */
    synchronized void reload() {
        list(directory()).stream().max(Comparator.naturalOrder()).ifPresent(this::announce);
    }

    /** Durable on return. */
    synchronized void write(TermIndex marker) throws IOException {
        Path temporary = directory().resolve("new_" + name(marker));
        FileUtils.deleteFully(temporary);
        Files.createDirectories(temporary);
        Path file = Files.write(temporary.resolve(FILE), nodeId.getBytes(StandardCharsets.UTF_8));
        sync(file);
        sync(temporary);
        Files.move(temporary, directory().resolve(name(marker)), StandardCopyOption.ATOMIC_MOVE);
        sync(directory());
        announce(marker);
    }

    @Override
    public @Nullable SnapshotInfo getLatestSnapshot() {
        return newest;
    }

    @Nullable
    TermIndex newest() {
        SnapshotInfo info = newest;
        return info == null ? null : info.getTermIndex();
    }

    long newestIndex() {
        TermIndex marker = newest();
        return marker == null ? -1 : marker.getIndex();
    }

    @Override
    public void format() {}

    @Override
    public synchronized void cleanupOldSnapshots(SnapshotRetentionPolicy policy) throws IOException {
        List<TermIndex> markers = list(directory());
        markers.sort(Comparator.reverseOrder());
        int kept = Math.max(1, policy.getNumSnapshotsRetained());
        for (TermIndex old : markers.subList(Math.min(kept, markers.size()), markers.size())) {
            FileUtils.deleteFully(directory().resolve(name(old)));
        }
    }

    private void announce(TermIndex marker) {
        if (marker.getIndex() > newestIndex()) {
            Path file = directory().resolve(name(marker)).resolve(FILE);
            newest = new FileListSnapshotInfo(List.of(new FileInfo(file, null)), marker);
        }
    }

    private Path directory() {
        Path sm = directory;
        if (sm == null) {
            throw new IllegalStateException("not initialized");
        }
        return sm;
    }

    private static String name(TermIndex marker) {
        return marker.getTerm() + "_" + marker.getIndex();
    }

    private static List<TermIndex> list(Path sm) {
        List<TermIndex> markers = new ArrayList<>();
        for (Path child : children(sm, "")) {
            String name = child.getFileName().toString();
            if (name.matches("\\d+_\\d+") && Files.exists(child.resolve(FILE))) {
                String[] parts = name.split("_", 2);
                markers.add(TermIndex.valueOf(Long.parseLong(parts[0]), Long.parseLong(parts[1])));
            }
        }
        return markers;
    }

    private static List<Path> children(Path parent, String prefix) {
        if (!Files.isDirectory(parent)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(parent)) {
            return all.filter(p -> p.getFileName().toString().startsWith(prefix))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
