package io.nexus.api.cluster;

import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.Invariant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who this node is and which cluster it belongs to: the durable content of {@code node.json}. A node accepts one plan
 * in its life; a node that lost its disk is another node, because it forgot its votes.
 *
 * <p>Threads: reading from any thread; writers are serialised. Blocking: every change returns when it is on disk.
 * Failure: {@link java.io.UncheckedIOException} leaves the identity as it was. Closing gives the data directory free.
 */
public final class NodeIdentity implements AutoCloseable {
    private final Consumer<StoredIdentity> disk;
    private final Runnable release;
    private volatile StoredIdentity current;

    NodeIdentity(StoredIdentity current, Consumer<StoredIdentity> disk, Runnable release) {
        this.current = current;
        this.disk = disk;
        this.release = release;
    }

    public String nodeId() {
        return current.nodeId();
    }

    public Stage stage() {
        return current.stage();
    }

    /** Null while blank. */
    public @Nullable ClusterPlan plan() {
        return current.plan();
    }

    /** All of it at one moment. */
    StoredIdentity stored() {
        return current;
    }

    /** The plan of a node that is not blank. */
    ClusterPlan requirePlan() {
        ClusterPlan plan = current.plan();
        if (plan == null) {
            throw new IllegalStateException("node " + nodeId() + " belongs to no cluster");
        }
        return plan;
    }

    /** Segments whose group was created here and not removed since. */
    public Set<Integer> groups() {
        return Set.copyOf(current.groups());
    }

    /** Binds this node to a plan for its life. The plan is not in force yet. */
    synchronized void accept(ClusterPlan plan) {
        Invariant.check(current.stage() == Stage.BLANK, "node %s accepts a second plan", nodeId());
        write(current.with(Stage.ACCEPTED, plan));
    }

    /** All nodes of the accepted plan accepted it. */
    synchronized void inForce() {
        Invariant.check(current.stage() == Stage.ACCEPTED, "plan in force in stage %s", current.stage());
        write(current.with(Stage.FORMING, requirePlan()));
    }

    /** This node was given the seats of another one in a cluster that exists. */
    synchronized void replace(ClusterPlan plan) {
        Invariant.check(current.stage() == Stage.BLANK, "node %s joins a second cluster", nodeId());
        write(current.with(Stage.REPLACING, plan));
    }

    /** The groups of this node exist. */
    synchronized void founded() {
        Invariant.check(current.stage().inForce(), "founded in stage %s", current.stage());
        if (current.stage() != Stage.FOUNDED) {
            write(current.with(Stage.FOUNDED, requirePlan()));
        }
    }

    /**
     * Keeps a newer plan of the same cluster for the next start; an older one is ignored, and any while the groups are
     * not created, because that goes by the plan that this node came in with.
     */
    synchronized void keep(ClusterPlan plan) {
        ClusterPlan known = requirePlan();
        Invariant.check(known.clusterId().equals(plan.clusterId()), "plan of another cluster %s", plan.clusterId());
        if (plan.version() > known.version() && current.stage() == Stage.FOUNDED) {
            write(current.with(current.stage(), plan));
        }
    }

    /** Remembers which groups exist here. */
    synchronized void keepGroups(Collection<Integer> segments) {
        List<Integer> sorted = List.copyOf(new TreeSet<>(segments));
        if (!sorted.equals(current.groups())) {
            write(current.withGroups(sorted));
        }
    }

    @Override
    public void close() {
        release.run();
    }

    private void write(StoredIdentity next) {
        disk.accept(next);
        current = next;
    }

    /** Canonical text of a UUID. */
    static String uuidText(String what, String text) {
        String canonical = text.trim().toLowerCase(Locale.ROOT);
        if (canonical.length() != 36 || !UUID.fromString(canonical).toString().equals(canonical)) {
            throw new IllegalArgumentException(what + " \"" + text + "\" is not a UUID");
        }
        return canonical;
    }
}
