package io.nexus.cli.bench.rivals;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.nexus.cli.CommandFailure;
import io.nexus.cli.ExitCode;
import io.nexus.cli.bench.fleet.FailureReason;
import io.nexus.cli.bench.fleet.Fleet;
import io.nexus.cli.bench.fleet.UnaryCalls;
import io.nexus.cli.bench.load.Job;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Three etcd nodes. One transaction: if neither the subscriber nor the address is there, put both. The client knows which
 * address is free, which etcd has no means to find: a job made easier than that of the others. The few messages of
 * etcd's v3 API (package etcdserverpb) that this needs are written and read by hand.
 */
final class Etcd implements Rival {
    private static final int NODES = 3;
    private static final int CONNECTIONS_EACH = 2;

    private static final MethodDescriptor<byte[], byte[]> TXN = method("Txn");
    private static final MethodDescriptor<byte[], byte[]> RANGE = method("Range");
    /** Compare.target: CREATE. */
    private static final int CREATE = 1;

    private final List<ServerProcess> servers = new ArrayList<>();
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final List<UnaryCalls> nodes = new ArrayList<>();
    private final String version;
    private final Holders holders;

    Etcd(Path program, Path dir, int basePort, int addresses) {
        this.holders = new Holders(addresses);
        this.version = ServerProcess.run(dir, List.of(program.toString(), "--version"))
                .lines()
                .findFirst()
                .orElse("")
                .replace(" Version:", "");
        try {
            for (int i = 0; i < NODES; i++) {
                servers.add(start(program, dir, basePort, i));
            }
            for (int i = 0; i < NODES; i++) {
                servers.get(i).awaitPort(basePort + 10 * i, Duration.ofSeconds(30));
                List<ManagedChannel> own = new ArrayList<>();
                for (int c = 0; c < CONNECTIONS_EACH; c++) {
                    own.add(Fleet.connect("127.0.0.1:" + (basePort + 10 * i)));
                }
                channels.addAll(own);
                nodes.add(new UnaryCalls(own, Duration.ofSeconds(10)));
            }
            awaitLeader();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private static ServerProcess start(Path program, Path dir, int basePort, int i) {
        String all = IntStream.range(0, NODES)
                .mapToObj(n -> "e" + n + "=http://127.0.0.1:" + (basePort + 10 * n + 1))
                .collect(Collectors.joining(","));
        String client = "http://127.0.0.1:" + (basePort + 10 * i);
        String peer = "http://127.0.0.1:" + (basePort + 10 * i + 1);
        return ServerProcess.start(
                "e" + i,
                dir,
                Map.of("ETCD_UNSUPPORTED_ARCH", "arm64"), // looked at on that architecture only
                List.of(
                        program.toString(),
                        "--name=e" + i,
                        "--data-dir=" + dir.resolve("e" + i),
                        "--listen-client-urls=" + client,
                        "--advertise-client-urls=" + client,
                        "--listen-peer-urls=" + peer,
                        "--initial-advertise-peer-urls=" + peer,
                        "--initial-cluster=" + all,
                        "--initial-cluster-state=new",
                        "--logger=zap",
                        "--log-level=warn"));
    }

    private void awaitLeader() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            CompletableFuture<byte[]> answer = new CompletableFuture<>();
            nodes.get(0).call(RANGE, range("leader?"), answer::complete, answer::completeExceptionally);
            if (answer.handle((value, failure) -> failure == null).join()) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new CommandFailure(ExitCode.FAILED, "etcd has no leader");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public String durability() {
        return "3 copies, fsync";
    }

    @Override
    public Job allocate() {
        return holders.allocate((subscriber, ticket) -> node(ticket)
                .call(
                        TXN,
                        txn("s/" + Holders.name(subscriber), "a/" + subscriber),
                        answer -> ended(succeeded(answer), ticket),
                        failure -> ticket.failed(0, FailureReason.of(failure))));
    }

    /** Linearizable, as is etcd's default. */
    @Override
    public Job lookup() {
        return holders.lookup((subscriber, ticket) -> node(ticket)
                .call(
                        RANGE,
                        range("s/" + Holders.name(subscriber)),
                        answer -> ended(count(answer) == 1, ticket),
                        failure -> ticket.failed(0, FailureReason.of(failure))));
    }

    private UnaryCalls node(Job.Ticket ticket) {
        return nodes.get(ticket.slot() % NODES);
    }

    private static void ended(boolean right, Job.Ticket ticket) {
        if (right) {
            ticket.succeeded(0);
        } else {
            ticket.failed(0, "WRONG_ANSWER");
        }
    }

    @Override
    public double cpuSeconds() {
        return servers.stream().mapToDouble(ServerProcess::cpuSeconds).sum();
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        servers.forEach(ServerProcess::close);
    }

    /* --------------- messages --------------- */

    private interface Fields {
        void write(CodedOutputStream out) throws IOException;
    }

    private static byte[] message(Fields fields) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            fields.write(out);
            out.flush();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** TxnRequest: compare = 1, success = 2. */
    private static byte[] txn(String subscriber, String address) {
        return message(out -> {
            out.writeByteArray(1, absent(subscriber));
            out.writeByteArray(1, absent(address));
            out.writeByteArray(2, put(subscriber, address));
            out.writeByteArray(2, put(address, subscriber));
        });
    }

    /** Compare: result = 1 (EQUAL is 0), target = 2, key = 3, create_revision = 5. */
    private static byte[] absent(String key) {
        return message(out -> {
            out.writeEnum(2, CREATE);
            out.writeByteArray(3, key.getBytes(StandardCharsets.US_ASCII));
            out.writeInt64(5, 0);
        });
    }

    /** RequestOp: request_put = 2. PutRequest: key = 1, value = 2. */
    private static byte[] put(String key, String value) {
        byte[] request = message(out -> {
            out.writeByteArray(1, key.getBytes(StandardCharsets.US_ASCII));
            out.writeByteArray(2, value.getBytes(StandardCharsets.US_ASCII));
        });
        return message(out -> out.writeByteArray(2, request));
    }

    /** RangeRequest: key = 1. */
    private static byte[] range(String key) {
        return message(out -> out.writeByteArray(1, key.getBytes(StandardCharsets.US_ASCII)));
    }

    /** TxnResponse: succeeded = 2. */
    private static boolean succeeded(byte[] response) {
        return number(response, 2) == 1;
    }

    /** RangeResponse: count = 4. */
    private static long count(byte[] response) {
        return number(response, 4);
    }

    /** A number field of the outermost message; 0 if it is not there. */
    static long number(byte[] response, int field) {
        try {
            CodedInputStream in = CodedInputStream.newInstance(response);
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                if (tag == field << 3) {
                    return in.readInt64();
                }
                in.skipField(tag);
            }
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static MethodDescriptor<byte[], byte[]> method(String name) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName("etcdserverpb.KV/" + name)
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Bytes())
                .build();
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
