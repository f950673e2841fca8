package io.nexus.api.ratislab;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.util.CodeInjectionForTesting;

/**
 * Breaks links between nodes by Ratis' own fault injection: a request over a broken link fails at the receiver before
 * it has any effect. The table that Ratis keeps is static: one network at a time.
 */
final class Network implements AutoCloseable {
    static final String SEND = "GrpcServicesImpl.sendRequest";

    private static final List<String> RECEIVE = List.of(
            "RaftServerImpl.appendEntries",
            "RaftServerImpl.requestVote",
            "RaftServerImpl.installSnapshot",
            "RaftServerImpl.startLeaderElection");

    private final Set<String> broken = ConcurrentHashMap.newKeySet();

    void open() {
        RECEIVE.forEach(point -> CodeInjectionForTesting.put(point, (local, remote, args) -> {
            if (isCut(String.valueOf(local), String.valueOf(remote))) {
                throw new IllegalStateException("link is cut: " + remote + " -> " + local);
            }
            return false;
        }));
    }

    /** Breaks the link in both directions. */
    void cut(String a, String b) {
        broken.add(link(a, b));
    }

    void cutOff(String node, Iterable<String> others) {
        others.forEach(other -> {
            if (!other.equals(node)) {
                cut(node, other);
            }
        });
    }

    void heal(String a, String b) {
        broken.remove(link(a, b));
    }

    boolean isCut(String a, String b) {
        return broken.contains(link(a, b));
    }

    @Override
    public void close() {
        RECEIVE.forEach(CodeInjectionForTesting::remove);
        CodeInjectionForTesting.remove(SEND);
    }

    private static String link(String a, String b) {
        return a.compareTo(b) < 0 ? a + "|" + b : b + "|" + a;
    }
}
