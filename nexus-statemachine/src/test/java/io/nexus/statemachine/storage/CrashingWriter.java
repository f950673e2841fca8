package io.nexus.statemachine.storage;

import io.nexus.crdt.Position;
import io.nexus.statemachine.storage.SegmentStore.Install;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes to a store until its JVM is halted, and says after each flush how far every segment is durable. Run by
 * {@link RocksCrashTest} as a process of its own; goes on from where the store is.
 */
final class CrashingWriter {
    static final int SEGMENTS = 3;

    private CrashingWriter() {}

    /** True if this step of a segment does not change rows but writes all of them anew. */
    static boolean isInstall(long seq) {
        return seq % 5003 == 0;
    }

    static StoreOptions options(Path libraries) {
        return new StoreOptions(4 << 20, 1 << 20, 2, libraries, true);
    }

    public static void main(String[] args) throws Exception {
        long seed = Long.parseLong(args[1]);
        long haltAfterMillis = Long.parseLong(args[2]);
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true);
        RocksNodeStore store =
                RocksNodeStore.open(Path.of(args[0], "store"), Sample.RULE, options(Path.of(args[0], "libraries")));
        Sample.Model[] models = new Sample.Model[SEGMENTS];
        for (int segment = 0; segment < SEGMENTS; segment++) {
            models[segment] = new Sample.Model(segment);
            store.segment(segment).scan(new byte[0], models[segment].rows::put);
        }
        out.println("started");
        Thread killer = new Thread(() -> {
            long end = System.nanoTime() + haltAfterMillis * 1_000_000;
            while (System.nanoTime() - end < 0) {
                LockSupport.parkNanos(1_000_000);
            }
            Runtime.getRuntime().halt(9);
        });
        killer.start();
        SplittableRandom random = new SplittableRandom();
        while (true) {
            write(store, models[random.nextInt(SEGMENTS)], seed);
            if (random.nextInt(20_000) == 0) {
                store.flush();
                out.println("flushed " + durable(store));
            }
        }
    }

    private static void write(NodeStore store, Sample.Model model, long seed) {
        SegmentStore segment = store.segment(model.segment);
        Position to = Sample.next(segment.position(), model.segment);
        if (isInstall(to.seq())) {
            try (Install install = segment.install()) {
                model.rows.forEach(install::put);
                install.finish(label(to, model));
            }
        } else {
            segment.commit(to, model.step(seed, to.seq()));
        }
    }

    static Position label(Position p, Sample.Model model) {
        return new Position(
                p.stream(),
                p.incarnation(),
                p.nonce(),
                p.seq(),
                p.term(),
                p.index(),
                p.clockMillis(),
                model.digest(),
                model.live());
    }

    private static String durable(NodeStore store) {
        List<String> all = new ArrayList<>();
        for (int segment = 0; segment < SEGMENTS; segment++) {
            Position flushed = store.segment(segment).flushedPosition();
            all.add(
                    flushed == null
                            ? "0"
                            : Long.toString(Objects.requireNonNull(flushed).seq()));
        }
        return String.join(" ", all);
    }
}
