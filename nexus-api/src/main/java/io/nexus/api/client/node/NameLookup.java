package io.nexus.api.client.node;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Turns the names that the caller gave into nodes, each address of a name into one, on a thread of its own because the
 * system's resolver blocks. Looks again when a call found no node that answers, at most every few seconds. An address
 * that a name has lost stays known: its node is asked last as long as it does not answer. Thread-safe.
 */
public final class NameLookup implements AutoCloseable {
    private static final long AGAIN_SECONDS = 5;

    private final List<HostAndPort> names;
    private final NodeSet nodes;
    private final AtomicBoolean due = new AtomicBoolean();
    private final @Nullable ScheduledExecutorService thread;
    private volatile String problem = "";

    /** @param servers literal addresses are known when this returns, names a little later */
    public NameLookup(List<HostAndPort> servers, NodeSet nodes) {
        this.nodes = nodes;
        servers.stream().filter(HostAndPort::isLiteral).forEach(nodes::add);
        this.names = servers.stream().filter(server -> !server.isLiteral()).toList();
        this.thread = names.isEmpty()
                ? null
                : Executors.newSingleThreadScheduledExecutor(task -> {
                    Thread named = new Thread(task, "nexus-client-names");
                    named.setDaemon(true);
                    return named;
                });
        again(0);
    }

    /** No node that is known answers: perhaps the names have others by now. Does not wait. */
    public void again() {
        again(AGAIN_SECONDS);
    }

    /** What went wrong last; empty if nothing did. */
    public String problem() {
        return problem;
    }

    private void again(long seconds) {
        ScheduledExecutorService on = thread;
        if (on != null && due.compareAndSet(false, true)) {
            try {
                on.schedule(this::lookUp, seconds, TimeUnit.SECONDS);
            } catch (RejectedExecutionException closed) {
                problem = "the client is closed";
            }
        }
    }

    private void lookUp() {
        due.set(false);
        String failed = "";
        for (HostAndPort name : names) {
            try {
                InetAddress[] addresses = InetAddress.getAllByName(name.host());
                // Stable order, the shorter family first: what listens on one family only is mostly IPv4.
                Arrays.sort(addresses, Comparator.comparingInt(address -> address.getAddress().length));
                for (InetAddress address : addresses) {
                    nodes.add(new HostAndPort(address.getHostAddress(), name.port()));
                }
            } catch (UnknownHostException e) {
                failed = "no address for the name " + name.host();
            }
        }
        problem = failed;
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.shutdownNow();
        }
    }
}
