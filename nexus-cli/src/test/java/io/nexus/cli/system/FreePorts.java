package io.nexus.cli.system;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Ports on loopback that nobody uses at the moment, for a cluster of three. */
final class FreePorts {
    private static final int FIRST = 21_000;
    /** All below the ports that the system gives to whoever asks for any. */
    private static final int RANGES = 110;

    private static final int WIDTH = 100;

    private FreePorts() {}

    /** Where to begin to look depends on the process: two runs on one machine shall not find the same ports free. */
    static int base() throws IOException {
        long start = ProcessHandle.current().pid();
        for (int i = 0; i < RANGES; i++) {
            int base = FIRST + (int) ((start + i) % RANGES) * WIDTH;
            if (free(base)) {
                return base;
            }
        }
        throw new IOException("no free ports");
    }

    private static boolean free(int base) {
        for (int i = 0; i < 3; i++) {
            for (int offset = 0; offset < 4; offset++) {
                try (ServerSocket probe =
                        new ServerSocket(base + 10 * i + offset, 1, InetAddress.getLoopbackAddress())) {
                    probe.setReuseAddress(true);
                } catch (IOException e) {
                    return false;
                }
            }
        }
        return true;
    }
}
