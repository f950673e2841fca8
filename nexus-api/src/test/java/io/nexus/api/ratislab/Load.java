package io.nexus.api.ratislab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One writer for each group, which keeps the answers that it got; the history check at the end. */
final class Load implements AutoCloseable {
    private final Lab lab;
    private final Map<Integer, Map<Long, Long>> acknowledged = new ConcurrentHashMap<>();
    private final AtomicLong count = new AtomicLong();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final List<Thread> writers = new ArrayList<>();
    private volatile boolean stopped;

    private Load(Lab lab) {
        this.lab = lab;
    }

    static Load start(Lab lab, int... groups) {
        Load load = new Load(lab);
        for (int group : groups) {
            Map<Long, Long> answers = new ConcurrentHashMap<>();
            load.acknowledged.put(group, answers);
            Thread writer = new Thread(() -> load.write(group, answers), "load-" + group);
            load.writers.add(writer);
            writer.start();
        }
        return load;
    }

    private void write(int group, Map<Long, Long> answers) {
        try {
            for (long command = 1_000_000; !stopped; command++) {
                answers.put(command, lab.control().write(group, command));
                count.incrementAndGet();
            }
        } catch (RuntimeException | Error e) {
            failure.set(e);
        }
    }

    /** Waits for this many acknowledgements more, in all groups together. */
    void awaitMore(int more) {
        long wanted = count.get() + more;
        Lab.until("more load", () -> count.get() >= wanted || failure.get() != null);
        assertThat(failure.get()).isNull();
    }

    /** Every acknowledged command has its answer, no two have the same, and all nodes have the same history. */
    void stopAndCheck() throws Exception {
        for (int group : acknowledged.keySet()) {
            stopAndCheck(group, lab.ids());
        }
    }

    void stopAndCheck(int group, Collection<String> members) throws Exception {
        close();
        assertThat(failure.get()).isNull();
        lab.awaitEqual(group, members);
        for (String member : members) {
            Map<Long, Long> applied =
                    lab.node(member).database().snapshot(group).answers();
            assertThat(applied).containsAllEntriesOf(acknowledged.getOrDefault(group, Map.of()));
            assertThat(new HashSet<>(applied.values())).hasSize(applied.size());
        }
    }

    long count() {
        return count.get();
    }

    @Override
    public void close() throws InterruptedException {
        stopped = true;
        for (Thread writer : writers) {
            writer.join();
        }
    }
}
