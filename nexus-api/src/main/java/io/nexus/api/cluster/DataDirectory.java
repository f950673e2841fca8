package io.nexus.api.cluster;

import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.NodeEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The data directory of a node: {@code node.json}, {@code node.lock}, {@code raft/}, {@code store/} and {@code records/}. Opening it is
 * the first thing a process does, and refuses every state that a start would make worse.
 */
public record DataDirectory(Path root) {
    private static final String IDENTITY = "node.json";

    public Path raft() {
        return root.resolve("raft");
    }

    public Path store() {
        return root.resolve("store");
    }

    /** What several nodes write; a node that lost it alone gets it back from the others. */
    public Path records() {
        return root.resolve("records");
    }

    private Path identity() {
        return root.resolve(IDENTITY);
    }

    /**
     * Locks the directory for this process, makes it if it is not there, and reads or draws the node's identity.
     * Blocks on disk.
     *
     * @throws IdentityRefused if this process must not start on it
     * @throws UncheckedIOException if the disk fails
     */
    public NodeIdentity open(HardSettings configured, NodeAddresses addresses) {
        FileChannel lock = lock();
        try {
            IdentityFile file = new IdentityFile(root, IDENTITY);
            StoredIdentity stored = file.read().orElse(null);
            if (stored == null) {
                refuseLeftovers();
                stored = StoredIdentity.blank(UUID.randomUUID().toString());
                file.write(stored);
            }
            check(stored, configured, addresses);
            return new NodeIdentity(stored, file::write, () -> close(lock));
        } catch (RuntimeException e) {
            close(lock);
            throw e;
        }
    }

    private FileChannel lock() {
        Path path = root.resolve("node.lock");
        try {
            Files.createDirectories(root);
            FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (tryLock(channel) == null) {
                channel.close();
                throw new IdentityRefused("Another process runs on the data directory " + root
                        + ": stop it, or give this node a directory of its own.");
            }
            return channel;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot lock " + path, e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private void refuseLeftovers() {
        for (Path directory : List.of(raft(), store(), records())) {
            if (hasContent(directory)) {
                throw new IdentityRefused(identity() + " is missing but " + directory
                        + " is not empty: without its identity this node must not use what is there. Restore"
                        + " node.json, or empty the data directory and start again as a new node.");
            }
        }
    }

    private void check(StoredIdentity stored, HardSettings configured, NodeAddresses addresses) {
        ClusterPlan plan = stored.plan();
        if (!stored.stage().inForce() && hasContent(raft())) {
            throw new IdentityRefused(identity() + " says that this node runs no group yet, but " + raft()
                    + " is not empty: the file is older than the directory. Restore the newest node.json, or empty"
                    + " the data directory and start again as a new node.");
        }
        if (plan == null) {
            return;
        }
        for (HardSettings.Difference difference : HardSettings.of(plan).differences(configured)) {
            throw IdentityRefused.otherConfiguration(difference.key() + " is " + difference.mine() + " in " + identity()
                    + " but "
                    + difference.other() + " in the configuration: it cannot change in the life of a cluster. Put the"
                    + " old value back.");
        }
        if (stored.stage() == Stage.FOUNDED) {
            refuseLoss(stored);
        }
        refuseMove(stored.nodeId(), plan, addresses);
    }

    private void refuseLoss(StoredIdentity stored) {
        if (!hasContent(store()) || (!stored.groups().isEmpty() && !hasContent(raft()))) {
            Path missing = hasContent(store()) ? raft() : store();
            throw new IdentityRefused(identity() + " belongs to a founded cluster but " + missing
                    + " is missing or empty: this node lost what it promised to keep. Restore it, or empty the whole"
                    + " data directory: the node then takes its old seats as a new node.");
        }
    }

    /** The roster and the groups' configurations say where the others look for this node. */
    private void refuseMove(String nodeId, ClusterPlan plan, NodeAddresses addresses) {
        if (plan.nodes().size() == 1) {
            return;
        }
        for (NodeEntry entry : plan.nodes()) {
            if (entry.nodeId().equals(nodeId)) {
                refuseOther("peer address", entry.peerAddr(), addresses.peerAddr());
                refuseOther("raft address", entry.raftAddr(), addresses.raftAddr());
            }
        }
    }

    private void refuseOther(String what, String stored, String configured) {
        if (!stored.equals(configured)) {
            throw IdentityRefused.otherConfiguration("The " + what + " of this node is " + stored + " in " + identity()
                    + " but "
                    + configured + " in the configuration: the other nodes look for it at the old one. Put the old"
                    + " value back.");
        }
    }

    private static boolean hasContent(Path directory) {
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            return children.iterator().hasNext();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + directory, e);
        }
    }

    private static void close(FileChannel lock) {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot give the data directory free", e);
        }
    }
}
