package io.nexus.cli.bench.rivals;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A connection to PostgreSQL (protocol 3.0, no password) with prepared statements, one statement at a time. Blocks; one
 * thread.
 */
final class PgConnection implements AutoCloseable {
    private static final int PROTOCOL = 3 << 16;

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    PgConnection(int port, String user) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        out = new DataOutputStream(socket.getOutputStream());
        ByteArrayOutputStream startup = new ByteArrayOutputStream();
        DataOutputStream fields = new DataOutputStream(startup);
        fields.writeInt(PROTOCOL);
        for (String word : new String[] {"user", user, "database", "postgres", ""}) {
            text(fields, word);
        }
        out.writeInt(startup.size() + 4);
        out.write(startup.toByteArray());
        answer();
    }

    /** Runs statements without parameters. */
    void execute(String sql) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        message(bytes, 'Q', body -> text(body, sql));
        out.write(bytes.toByteArray());
        answer();
    }

    void prepare(String name, String sql) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        message(bytes, 'P', body -> {
            text(body, name);
            text(body, sql);
            body.writeShort(0);
        });
        message(bytes, 'S', body -> {});
        out.write(bytes.toByteArray());
        answer();
    }

    /** Runs a prepared statement with one parameter; the first column of the first row, or null if there is none. */
    @Nullable
    String query(String prepared, String parameter) throws IOException {
        byte[] value = parameter.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
        message(bytes, 'B', body -> {
            text(body, "");
            text(body, prepared);
            body.writeShort(0); // parameters as text
            body.writeShort(1);
            body.writeInt(value.length);
            body.write(value);
            body.writeShort(0); // results as text
        });
        message(bytes, 'E', body -> {
            text(body, "");
            body.writeInt(0);
        });
        message(bytes, 'S', body -> {});
        out.write(bytes.toByteArray());
        return answer();
    }

    /** Reads up to ReadyForQuery. */
    private @Nullable String answer() throws IOException {
        String first = null;
        String error = null;
        while (true) {
            int kind = in.read();
            if (kind < 0) {
                throw new IOException("PostgreSQL: " + (error == null ? "the connection ended" : error));
            }
            byte[] body = new byte[in.readInt() - 4];
            in.readFully(body);
            if (kind == 'Z') {
                if (error != null) {
                    throw new IOException("PostgreSQL: " + error);
                }
                return first;
            } else if (kind == 'E') {
                error = new String(body, StandardCharsets.UTF_8).replace('\0', ' ');
            } else if (kind == 'D' && first == null) {
                first = firstColumn(body);
            } else if (kind == 'R' && body[3] != 0) {
                throw new IOException("PostgreSQL wants a password");
            }
        }
    }

    private static String firstColumn(byte[] row) {
        int length = (row[2] & 0xff) << 24 | (row[3] & 0xff) << 16 | (row[4] & 0xff) << 8 | row[5] & 0xff;
        return new String(row, 6, Math.max(0, length), StandardCharsets.UTF_8);
    }

    private interface Body {
        void write(DataOutputStream out) throws IOException;
    }

    private static void message(ByteArrayOutputStream to, char kind, Body body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(96);
        body.write(new DataOutputStream(bytes));
        DataOutputStream head = new DataOutputStream(to);
        head.writeByte(kind);
        head.writeInt(bytes.size() + 4);
        head.write(bytes.toByteArray());
    }

    private static void text(DataOutputStream to, String text) throws IOException {
        to.write(text.getBytes(StandardCharsets.UTF_8));
        to.writeByte(0);
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
