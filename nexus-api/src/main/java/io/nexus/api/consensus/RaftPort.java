package io.nexus.api.consensus;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Where Ratis listens. Stateless. */
public final class RaftPort {
    private RaftPort() {}

    /**
     * Ratis ends the process without a word of ours if it cannot bind, and does so late: look first.
     *
     * @throws IOException if the address is taken, or not of this machine
     */
    public static void requireFree(String host, int port) throws IOException {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(host, port));
        } catch (IOException e) {
            throw new IOException("raft cannot listen on " + host + ":" + port + ": " + e.getMessage(), e);
        }
    }
}
