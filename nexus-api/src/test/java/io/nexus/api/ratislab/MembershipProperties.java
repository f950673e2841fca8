package io.nexus.api.ratislab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Five nodes, two groups of three seats, thirty random operations while clients write: seats move, leaders move, logs
 * are purged, nodes crash, stop and lose their links, one at a time. Whatever happens, an acknowledged command is in
 * every member with the answer that was given. Run again with {@code -Dseed=}.
 */
@Tag("slow")
class MembershipProperties {
    private static final int OPERATIONS = 30;
    private static final int GROUPS = 2;

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final List<String> done = new ArrayList<>();

    @TempDir
    Path directory;

    @Test
    void randomMovesAndFaults_underLoad_loseNothing() throws Exception {
        try (Lab lab = Lab.of(directory, 5)) {
            for (int group = 1; group <= GROUPS; group++) {
                lab.control().found(group, List.of("n" + group, "n" + (group + 1), "n" + (group + 2)));
            }
            try (Load load = Load.start(lab, IntStream.rangeClosed(1, GROUPS).toArray())) {
                load.awaitMore(10);
                for (int operation = 0; operation < OPERATIONS; operation++) {
                    operate(lab, 1 + random.nextInt(GROUPS));
                    load.awaitMore(5);
                }
                for (int group = 1; group <= GROUPS; group++) {
                    load.stopAndCheck(group, lab.control().members(group, lab.awaitLeader(group)));
                }
                assertThat(load.count()).isPositive();
            }
        } catch (Exception | AssertionError e) {
            throw new AssertionError("seed " + seed + " after " + done, e);
        }
    }

    private void operate(Lab lab, int group) throws Exception {
        List<String> members = lab.control().members(group, lab.awaitLeader(group));
        String member = members.get(random.nextInt(members.size()));
        switch (random.nextInt(6)) {
            case 0, 1 -> move(lab, group, members, member);
            case 2 -> {
                done.add("transfer " + group + " to " + member);
                lab.control().tryTransfer(group, member);
            }
            case 3 -> {
                done.add("purge " + group + " on " + member);
                lab.control().snapshot(group, lab.node(member));
            }
            case 4 -> outage(lab, group, member, random.nextBoolean());
            default -> {
                done.add("isolate " + member);
                lab.isolate(member);
                writeAndPurge(lab, group);
                lab.rejoin(member);
            }
        }
    }

    private void outage(Lab lab, int group, String node, boolean crash) throws Exception {
        done.add((crash ? "crash " : "stop ") + node);
        if (crash) {
            lab.node(node).crash();
        } else {
            lab.node(node).stop();
        }
        if (random.nextBoolean()) {
            writeAndPurge(lab, group);
        }
        lab.node(node).start();
    }

    private void writeAndPurge(Lab lab, int group) throws Exception {
        lab.control().write(group, random.nextInt(1_000_000), 1 + random.nextInt(60));
        lab.control().snapshot(group, lab.awaitLeader(group));
    }

    /** As Nexus does it: empty group, compare-and-set, wait for the rows, remove. */
    private void move(Lab lab, int group, List<String> members, String from) throws Exception {
        List<String> others = new ArrayList<>(lab.ids());
        others.removeAll(members);
        Collections.shuffle(others, random);
        String to = others.get(0);
        done.add("move " + group + " from " + from + " to " + to);
        List<String> after = new ArrayList<>(members);
        Collections.replaceAll(after, from, to);
        Collections.sort(after);
        lab.control().addEmpty(group, to);
        Lab.until("the members are " + after, () -> {
            lab.control().trySwap(group, members, after);
            return lab.control().areMembers(group, after);
        });
        Lab.until("the newcomer is ready", () -> lab.node(to).machine(group).isReady());
        lab.awaitCaughtUp(to, group);
        lab.control().remove(group, from);
    }
}
