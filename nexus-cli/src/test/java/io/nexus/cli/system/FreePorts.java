package io.nexus.cli.system;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Ports on loopback that nobody uses at the moment, for a cluster of three. */
final class FreePorts {
    private FreePorts() {}

    static int base() throws IOException {
        for (int base = 21000; base < 60000; base += 100) {
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
