package io.nexus.api.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.peer.v1.FoundReply;
import io.nexus.api.peer.v1.FoundRequest;
import io.nexus.api.peer.v1.HelloReply;
import io.nexus.api.peer.v1.HelloRequest;
import io.nexus.api.peer.v1.ReplaceReply;
import io.nexus.api.peer.v1.ReplaceRequest;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.NodeEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Nodes that found a cluster over a network that loses, delays, repeats and reorders, in one thread and from one seed.
 * Processes die at any moment; disks may be lost.
 */
final class FoundingSimulation {
    private final Random random;
    private final List<Machine> machines = new ArrayList<>();
    private final List<Runnable> network = new ArrayList<>();
    private final Map<String, Set<String>> inForce = new HashMap<>();
    private final Map<String, ClusterPlan> metaGroup = new HashMap<>();
    private final Set<String> clusters = new HashSet<>();
    private int lossPercent = 20;

    FoundingSimulation(long seed, int nodes) {
        random = new Random(seed);
        List<String> addresses = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
            addresses.add("n" + i + ":9002");
        }
        for (String address : addresses) {
            List<String> list = new ArrayList<>(addresses);
            Collections.shuffle(list, random);
            machines.add(new Machine(PeerAddresses.of(list, address)));
        }
    }

    /** @param wipes how many disks are lost on the way */
    void chaos(int steps, int wipes) {
        int left = wipes;
        for (int i = 0; i < steps; i++) {
            int dice = random.nextInt(100);
            Machine machine = machines.get(random.nextInt(machines.size()));
            if (dice < 4) {
                machine.start();
            } else if (dice < 6) {
                machine.crash();
            } else if (dice == 6 && left > 0 && random.nextInt(3) == 0) {
                left--;
                machine.crash();
                machine.wipe();
            } else {
                turn();
            }
            check();
        }
    }

    /** From now on nothing fails. */
    void calm() {
        lossPercent = 0;
        machines.forEach(Machine::start);
        for (int i = 0; i < 20_000 && !machines.stream().allMatch(Machine::inForce); i++) {
            turn();
            check();
        }
    }

    Set<String> clusters() {
        return clusters;
    }

    Set<String> clustersInForce() {
        return inForce.keySet();
    }

    List<Machine> machines() {
        return machines;
    }

    private void turn() {
        List<Runnable> choices = new ArrayList<>();
        for (Machine machine : machines) {
            if (machine.thread.hasTask()) {
                choices.add(machine.thread::runTask);
            } else if (machine.thread.hasTimer()) {
                choices.add(machine.thread::fireTimer);
            }
        }
        if (!network.isEmpty()) {
            Runnable deliver =
                    () -> network.remove(random.nextInt(network.size())).run();
            choices.add(deliver);
            choices.add(deliver);
        }
        if (!choices.isEmpty()) {
            choices.get(random.nextInt(choices.size())).run();
        }
    }

    /** Two plans in force share no node; a node keeps its plan for life. */
    private void check() {
        for (Machine machine : machines) {
            ClusterPlan plan = machine.disk.plan();
            if (plan == null) {
                continue;
            }
            clusters.add(plan.clusterId());
            String kept = machine.plans.computeIfAbsent(machine.disk.nodeId(), id -> plan.clusterId());
            assertThat(kept).isEqualTo(plan.clusterId());
            if (machine.disk.stage() == Stage.FORMING) {
                inForce.computeIfAbsent(plan.clusterId(), id -> ids(plan));
                metaGroup.putIfAbsent(plan.clusterId(), plan);
            }
        }
        List<Set<String>> rosters = new ArrayList<>(inForce.values());
        for (int i = 0; i < rosters.size(); i++) {
            for (int j = 0; j < i; j++) {
                assertThat(rosters.get(i)).doesNotContainAnyElementsOf(rosters.get(j));
            }
        }
    }

    private static Set<String> ids(ClusterPlan plan) {
        Set<String> ids = new HashSet<>();
        plan.nodes().forEach(entry -> ids.add(entry.nodeId()));
        return ids;
    }

    /** What the meta group would decide. */
    private ReplaceReply replaced(Machine asked, ReplaceRequest request) {
        ClusterPlan plan =
                asked.disk.stage().inForce() ? metaGroup.get(asked.disk.plan().clusterId()) : null;
        if (plan == null) {
            return ReplaceReply.newBuilder().setRefusal("no cluster").build();
        }
        NodeEntry node = PlanWire.fromWire(request.getNode());
        List<NodeEntry> nodes = new ArrayList<>(plan.nodes());
        nodes.replaceAll(entry -> entry.peerAddr().equals(node.peerAddr()) ? node : entry);
        ClusterPlan next = new ClusterPlan(
                plan.version() + 1,
                plan.clusterId(),
                nodes,
                plan.segmentCount(),
                plan.hashSeed(),
                plan.formatVersion(),
                plan.virtualNodes(),
                plan.seats());
        metaGroup.put(plan.clusterId(), next);
        return ReplaceReply.newBuilder()
                .setAccepted(true)
                .setPlan(PlanWire.toWire(next))
                .build();
    }

    /** A host with its disk; the process on it comes and goes. */
    final class Machine implements FoundingWire {
        final PeerAddresses peers;
        final Map<String, String> plans = new HashMap<>();
        /** Ends the calls that die with the process; does nothing for those that were answered. */
        private final List<Runnable> serving = new ArrayList<>();

        StoredIdentity disk = blank();
        TurnExecutor thread = new TurnExecutor();
        Founding founding;
        boolean up;

        Machine(PeerAddresses peers) {
            this.peers = peers;
            thread.die();
        }

        private StoredIdentity blank() {
            return StoredIdentity.blank(new UUID(random.nextLong(), random.nextLong()).toString());
        }

        void start() {
            if (!up) {
                up = true;
                thread = new TurnExecutor();
                founding = new Founding(
                        new NodeIdentity(disk, saved -> disk = saved, () -> {}),
                        TestTerms.of(peers),
                        this,
                        new EventThread(thread),
                        Duration.ofMillis(1));
                founding.start();
            }
        }

        void crash() {
            up = false;
            thread.die();
            network.addAll(serving);
            serving.clear();
        }

        void wipe() {
            disk = blank();
        }

        boolean inForce() {
            return up && disk.stage().inForce();
        }

        @Override
        public CompletableFuture<HelloReply> hello(String address, HelloRequest request) {
            return call(
                    address,
                    machine -> CompletableFuture.completedFuture(
                            machine.founding.answers().hello(request)));
        }

        @Override
        public CompletableFuture<FoundReply> found(String address, FoundRequest request) {
            return call(address, machine -> machine.founding.answers().found(request));
        }

        @Override
        public CompletableFuture<ReplaceReply> replace(String address, ReplaceRequest request) {
            return call(address, machine -> CompletableFuture.completedFuture(replaced(machine, request)));
        }

        private <T> CompletableFuture<T> call(String address, Function<Machine, CompletableFuture<T>> serve) {
            CompletableFuture<T> future = new CompletableFuture<>();
            Machine target = machines.stream()
                    .filter(machine -> machine.peers.self().equals(address))
                    .findFirst()
                    .orElseThrow();
            Runnable timeout = () -> future.completeExceptionally(new TimeoutException());
            Runnable request = () -> {
                if (!target.up) {
                    network.add(timeout);
                    return;
                }
                target.serving.add(timeout);
                serve.apply(target).thenAccept(reply -> network.add(lost() ? timeout : () -> future.complete(reply)));
            };
            if (lost()) {
                network.add(timeout);
            }
            if (!lost()) {
                network.add(request);
            } else {
                network.add(timeout);
            }
            if (lost()) {
                network.add(request);
            }
            return future;
        }

        private boolean lost() {
            return random.nextInt(100) < lossPercent;
        }
    }
}
