package io.nexus.cli.bench.rivals;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A pipelined connection to Redis: commands may be sent while others are not answered yet. Answers come on its reader
 * thread; what that thread sends goes out when it has nothing more to read, in one piece.
 */
final class RespConnection implements AutoCloseable {
    private static final int BUFFER = 64 << 10;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final Queue<Consumer<Reply>> waiting = new ArrayDeque<>();
    private final Thread reader;

    /**
     * An answer.
     *
     * @param text null: nil
     * @param error null: none
     */
    record Reply(@Nullable String text, @Nullable String error) {}

    RespConnection(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER));
        out = new BufferedOutputStream(socket.getOutputStream(), BUFFER);
        reader = new Thread(this::readAll, "redis-reader");
        reader.setDaemon(true);
        reader.start();
    }

    void send(Consumer<Reply> onReply, String... words) {
        StringBuilder command = new StringBuilder(128);
        command.append('*').append(words.length).append("\r\n");
        for (String word : words) { // ASCII only: as many bytes as characters
            command.append('$')
                    .append(word.length())
                    .append("\r\n")
                    .append(word)
                    .append("\r\n");
        }
        byte[] bytes = command.toString().getBytes(StandardCharsets.US_ASCII);
        try {
            synchronized (out) {
                waiting.add(onReply);
                out.write(bytes);
                if (Thread.currentThread() != reader) {
                    out.flush();
                }
            }
        } catch (IOException e) {
            onReply.accept(new Reply(null, "CONNECTION"));
        }
    }

    private void readAll() {
        try {
            while (true) {
                if (in.available() == 0) {
                    synchronized (out) {
                        out.flush();
                    }
                }
                Reply reply = read();
                Consumer<Reply> next;
                synchronized (out) {
                    next = waiting.remove();
                }
                next.accept(reply);
            }
        } catch (IOException e) {
            fail();
        }
    }

    private void fail() {
        while (true) {
            Consumer<Reply> next;
            synchronized (out) {
                next = waiting.poll();
            }
            if (next == null) {
                return;
            }
            next.accept(new Reply(null, "CONNECTION"));
        }
    }

    private Reply read() throws IOException {
        int kind = in.readByte();
        String line = line();
        return switch (kind) {
            case '+', ':' -> new Reply(line, null);
            case '-' -> new Reply(null, line.split(" ", 2)[0]);
            case '$' -> bulk(Integer.parseInt(line));
            default -> throw new IOException("unexpected answer of Redis: " + (char) kind + line);
        };
    }

    private Reply bulk(int length) throws IOException {
        if (length < 0) {
            return new Reply(null, null);
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        in.skipNBytes(2);
        return new Reply(new String(bytes, StandardCharsets.US_ASCII), null);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder(16);
        for (int c = in.readByte(); c != '\r'; c = in.readByte()) {
            line.append((char) c);
        }
        in.readByte();
        return line.toString();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            return; // it is of no more use either way
        }
    }
}
