package io.nexus.cli.bench.rivals;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the drivers write and read on the wire. */
class WireTest {
    @Test
    void etcd_findsANumberAmongOtherFields() {
        // header (1) = 2 bytes, succeeded (2) = true; and kvs (2) = 1 byte, count (4) = 300
        assertThat(Etcd.number(new byte[] {0x0a, 2, 8, 1, 0x10, 1}, 2)).isEqualTo(1);
        assertThat(Etcd.number(new byte[] {0x12, 1, 0, 0x20, (byte) 0xac, 2}, 4))
                .isEqualTo(300);
        assertThat(Etcd.number(new byte[] {0x0a, 0}, 2)).isZero();
    }

    @Test
    void redis_answersComeInTheOrderOfTheCommands() throws Exception {
        try (ServerSocket redis = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                RespConnection connection = new RespConnection(redis.getLocalPort());
                Socket accepted = redis.accept()) {
            CompletableFuture<RespConnection.Reply> found = new CompletableFuture<>();
            CompletableFuture<RespConnection.Reply> missing = new CompletableFuture<>();
            CompletableFuture<RespConnection.Reply> refused = new CompletableFuture<>();
            connection.send(found::complete, "GET", "s:1");
            connection.send(missing::complete, "GET", "s:2");
            connection.send(refused::complete, "NOPE");
            String expected = "*2\r\n$3\r\nGET\r\n$3\r\ns:1\r\n*2\r\n$3\r\nGET\r\n$3\r\ns:2\r\n*1\r\n$4\r\nNOPE\r\n";
            assertThat(read(accepted, expected.length())).isEqualTo(expected);
            write(accepted, "$8\r\n10.0.0.2\r\n$-1\r\n-ERR unknown command\r\n");
            assertThat(found.get(20, TimeUnit.SECONDS)).isEqualTo(new RespConnection.Reply("10.0.0.2", null));
            assertThat(missing.get(20, TimeUnit.SECONDS)).isEqualTo(new RespConnection.Reply(null, null));
            assertThat(refused.get(20, TimeUnit.SECONDS)).isEqualTo(new RespConnection.Reply(null, "ERR"));
        }
    }

    @Test
    void redis_callsUnderWayFailWithTheConnection() throws Exception {
        try (ServerSocket redis = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                RespConnection connection = new RespConnection(redis.getLocalPort())) {
            CompletableFuture<RespConnection.Reply> answer = new CompletableFuture<>();
            Socket accepted = redis.accept();
            connection.send(answer::complete, "GET", "s:1");
            accepted.close();
            assertThat(answer.get(20, TimeUnit.SECONDS).error()).isEqualTo("CONNECTION");
        }
    }

    private static String read(Socket socket, int bytes) throws IOException {
        return new String(socket.getInputStream().readNBytes(bytes), StandardCharsets.US_ASCII);
    }

    private static void write(Socket socket, String text) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }
}
