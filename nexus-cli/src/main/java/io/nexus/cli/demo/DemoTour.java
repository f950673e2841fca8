package io.nexus.cli.demo;

import io.nexus.api.client.ClientSettings;
import io.nexus.api.client.NexusClient;
import io.nexus.api.client.call.CallCounters;
import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.AllocateResponse;
import io.nexus.api.v1.CreatePoolRequest;
import io.nexus.api.v1.LookupByIPRequest;
import io.nexus.api.v1.LookupRequest;
import io.nexus.api.v1.Pool;
import io.nexus.api.v1.PoolSpec;
import io.nexus.cli.output.Colors;
import io.nexus.cli.output.ProgressBar;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * What a newcomer should see: allocate on all nodes, look up on all nodes, kill the owner, watch it go on, bring it
 * back, and count. Every claim that it prints was just measured; a broken one is a violation in the ledger.
 */
public final class DemoTour {
    static final String POOL_V4 = "demo-v4";
    static final String POOL_V6 = "demo-v6";
    private static final int IN_FLIGHT = 64;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int LOOKUP_SAMPLE = 2_000;
    private static final int NEW_AFTER_KILL = 500;

    private final DemoCluster cluster;
    private final Ledger ledger = new Ledger();
    private final PrintWriter out;
    private final Colors colors;
    private int step;

    public DemoTour(DemoCluster cluster, PrintWriter out, Colors colors) {
        this.cluster = cluster;
        this.out = out;
        this.colors = colors;
    }

    /** @return what was violated; empty if every promise held */
    public List<String> run(List<Subscriber> subscribers) throws InterruptedException {
        start();
        Pool pool = createPools();
        allocate(subscribers);
        lookUpEverywhere();
        failover(pool);
        verify();
        return ledger.violations();
    }

    private void start() {
        heading("Start three nodes");
        long begin = System.nanoTime();
        ProgressBar bar = new ProgressBar(out, colors.on(), "waiting until they are ready", 3);
        cluster.start();
        int ready = 0;
        for (NodeProcess node : cluster.nodes()) {
            bar.at(ready, "");
            cluster.awaitReady(node, Duration.ofSeconds(90));
            ready++;
        }
        bar.done(String.format(Locale.ROOT, "ready after %.1f s", (System.nanoTime() - begin) / 1e9));
        for (NodeProcess node : cluster.nodes()) {
            say(
                    "%s  process %d, gRPC %s, HTTP %s",
                    node.name(), node.pid().orElse(0L), node.grpcAddress(), node.httpAddress());
        }
    }

    private Pool createPools() {
        heading("Create an IPv4 and an IPv6 pool");
        try (NexusClient client = client(cluster.servers())) {
            Pool v4 = client.createPool(CreatePoolRequest.newBuilder()
                            .setSpec(PoolSpec.newBuilder()
                                    .setId(POOL_V4)
                                    .setCidr("100.64.0.0/16")
                                    .setGateway("100.64.0.1")
                                    .addExclusions("100.64.255.0/24")
                                    .addDns("100.64.0.1"))
                            .build())
                    .join();
            Pool v6 = client.createPool(CreatePoolRequest.newBuilder()
                            .setSpec(PoolSpec.newBuilder()
                                    .setId(POOL_V6)
                                    .setCidr("2001:db8::/32")
                                    .setPrefixLength(56))
                            .build())
                    .join();
            for (Pool pool : List.of(v4, v6)) {
                say(
                        "%s  %s, %,d to hand out as /%d, segment %d, owner %s",
                        pool.getSpec().getId(),
                        pool.getSpec().getCidr(),
                        pool.getSize(),
                        pool.getSpec().getPrefixLength(),
                        pool.getSegment(),
                        nodeName(pool.getOwner()));
            }
            return v4;
        }
    }

    private void allocate(List<Subscriber> subscribers) throws InterruptedException {
        List<AllocateRequest> requests = new ArrayList<>();
        for (Subscriber subscriber : subscribers) {
            requests.add(AllocateRequest.newBuilder()
                    .setSubscriberId(subscriber.id())
                    .setPoolId(POOL_V4)
                    .setMac(subscriber.mac())
                    .build());
            if (subscriber.wantsIpv6()) {
                requests.add(AllocateRequest.newBuilder()
                        .setSubscriberId(subscriber.id())
                        .setPoolId(POOL_V6)
                        .setDuid(subscriber.duid())
                        .setIaid(subscriber.iaid())
                        .build());
            }
        }
        heading(String.format(
                Locale.ROOT,
                "Allocate for %,d subscribers (%,d requests), each sent to the owner of its pool, %d at a time",
                subscribers.size(),
                requests.size(),
                IN_FLIGHT));
        try (NexusClient client = new NexusClient(ClientSettings.of(cluster.servers(), TIMEOUT))) {
            ProgressBar bar = new ProgressBar(out, colors.on(), "allocating", requests.size());
            Flow.Result result = Flow.run(
                    requests,
                    IN_FLIGHT,
                    (request, i) -> allocateOne(client, request),
                    done -> bar.at(done, String.format(Locale.ROOT, "%,.0f/s", done / bar.seconds())));
            bar.done(String.format(Locale.ROOT, "%,.0f/s, %s", result.perSecond(), result.latency()));
            CallCounters.Totals calls = client.stats().calls();
            say("%,d went straight to the owner, %,d through another node", calls.direct(), calls.fallback());
            if (result.failed() > 0) {
                ledger.violation(result.failed() + " allocations failed on a healthy cluster");
            }
        }
    }

    private CompletableFuture<AllocateResponse> allocateOne(NexusClient client, AllocateRequest request) {
        return client.allocate(request).whenComplete((answer, failure) -> {
            if (answer != null) {
                ledger.acknowledged(answer.getAllocation());
            }
        });
    }

    private void lookUpEverywhere() throws InterruptedException {
        heading("Look subscribers up on every node, by id and by address");
        List<Ledger.Entry> sample = new ArrayList<>(ledger.entries());
        Collections.shuffle(sample, new Random(1));
        List<Ledger.Entry> some = sample.subList(0, Math.min(LOOKUP_SAMPLE, sample.size()));
        for (NodeProcess node : cluster.nodes()) {
            try (NexusClient client = client(List.of(node.grpcAddress()))) {
                Flow.Result byId = Flow.run(some, IN_FLIGHT, (entry, i) -> bySubscriber(node, client, entry), n -> {});
                Flow.Result byIp = Flow.run(some, IN_FLIGHT, (entry, i) -> byAddress(node, client, entry), n -> {});
                say(
                        "%s  by id %,.0f/s (%s), by address %,.0f/s (%s)",
                        node.name(), byId.perSecond(), byId.latency(), byIp.perSecond(), byIp.latency());
                if (byId.failed() + byIp.failed() > 0) {
                    ledger.violation((byId.failed() + byIp.failed()) + " lookups failed on " + node.name());
                }
            }
        }
    }

    private CompletableFuture<?> bySubscriber(NodeProcess node, NexusClient client, Ledger.Entry entry) {
        LookupRequest request = LookupRequest.newBuilder()
                .setSubscriberId(entry.subscriber())
                .setPoolId(entry.pool())
                .build();
        return client.lookupBySubscriber(request)
                .thenAccept(answer -> ledger.check(node.name(), entry, answer.getAllocationsList()));
    }

    private CompletableFuture<?> byAddress(NodeProcess node, NexusClient client, Ledger.Entry entry) {
        LookupByIPRequest request = LookupByIPRequest.newBuilder()
                .setIp(entry.address().substring(0, entry.address().indexOf('/')))
                .build();
        return client.lookupByIp(request)
                .thenAccept(answer -> ledger.check(node.name(), entry, answer.getAllocationsList()));
    }

    private void failover(Pool pool) throws InterruptedException {
        String ownerName;
        try (NexusClient client = client(cluster.servers())) {
            ownerName = nodeName(client.getPool(pool.getSpec().getId()).join().getOwner());
        }
        heading("Kill " + ownerName + ", the owner of " + POOL_V4 + ", with SIGKILL");
        NodeProcess owner = cluster.node(ownerName);
        List<NodeProcess> survivors =
                cluster.nodes().stream().filter(node -> node != owner).toList();
        List<LookupWatch> watches = survivors.stream()
                .map(node -> new LookupWatch(node.grpcAddress(), ledger.entries()))
                .toList();
        watches.forEach(LookupWatch::start);
        owner.kill();
        long killed = System.nanoTime();
        allocateAfterKill(survivors, killed);
        for (int i = 0; i < watches.size(); i++) {
            LookupWatch watch = watches.get(i);
            watch.close();
            say(
                    "lookups on %s meanwhile: %,d answered, %d failed, longest wait %d ms",
                    survivors.get(i).name(), watch.answered(), watch.failed(), watch.longestGapMillis());
            if (watch.failed() > 0 || watch.answered() == 0) {
                ledger.violation(watch.failed() + " lookups failed on "
                        + survivors.get(i).name() + " while " + ownerName + " was down");
            }
        }
        restart(owner);
    }

    private void allocateAfterKill(List<NodeProcess> survivors, long killedNanos) throws InterruptedException {
        try (NexusClient client =
                new NexusClient(survivors.stream().map(NodeProcess::grpcAddress).toList(), Duration.ofSeconds(20))) {
            AllocateResponse first = allocateOne(client, afterKill(0)).join();
            say(
                    "allocation resumed %.2f s after the kill: %s got %s",
                    (System.nanoTime() - killedNanos) / 1e9,
                    first.getAllocation().getSubscriberId(),
                    first.getIp());
            List<AllocateRequest> more = new ArrayList<>();
            for (int i = 1; i < NEW_AFTER_KILL; i++) {
                more.add(afterKill(i));
            }
            Flow.Result result = Flow.run(more, IN_FLIGHT, (request, i) -> allocateOne(client, request), n -> {});
            say(
                    "%,d more allocated on two nodes, %,.0f/s, %s",
                    result.succeeded(), result.perSecond(), result.latency());
            if (result.failed() > 0) {
                ledger.violation(result.failed() + " allocations failed after the failover");
            }
        }
    }

    private static AllocateRequest afterKill(int i) {
        return AllocateRequest.newBuilder()
                .setSubscriberId("after-the-kill-" + i)
                .setPoolId(POOL_V4)
                .build();
    }

    private void restart(NodeProcess owner) {
        heading("Restart " + owner.name());
        long begin = System.nanoTime();
        owner.start();
        cluster.awaitReady(owner, Duration.ofSeconds(60));
        double ready = (System.nanoTime() - begin) / 1e9;
        boolean level = cluster.awaitLevel(Duration.ofSeconds(60));
        say(
                "ready after %.1f s, %s after %.1f s",
                ready,
                level ? "equal to the others in every segment (position and digest)" : "NOT equal to the others",
                (System.nanoTime() - begin) / 1e9);
        if (!level) {
            ledger.violation(owner.name() + " did not catch up within a minute");
        }
    }

    private void verify() throws InterruptedException {
        List<Ledger.Entry> all = ledger.entries();
        heading(String.format(Locale.ROOT, "Verify all %,d allocations on every node", all.size()));
        for (NodeProcess node : cluster.nodes()) {
            try (NexusClient client = client(List.of(node.grpcAddress()))) {
                ProgressBar bar = new ProgressBar(out, colors.on(), node.name(), all.size());
                Flow.Result result = Flow.run(
                        all, IN_FLIGHT, (entry, i) -> bySubscriber(node, client, entry), done -> bar.at(done, ""));
                bar.done(String.format(Locale.ROOT, "%,d found", result.succeeded()));
                if (result.failed() > 0) {
                    ledger.violation(result.failed() + " lookups failed on " + node.name());
                }
            }
        }
        List<String> violations = ledger.violations();
        if (violations.isEmpty()) {
            say("%s", colors.green("no address was given twice, none was lost"));
        } else {
            violations.stream().limit(20).forEach(violation -> say("%s", colors.red("VIOLATION: " + violation)));
        }
    }

    private String nodeName(String nodeId) {
        return cluster.nodes().stream()
                .filter(NodeProcess::running)
                .flatMap(node -> DemoCluster.status(node).getNodesList().stream())
                .filter(node -> node.getNodeId().equals(nodeId))
                .findFirst()
                .map(io.nexus.api.v1.NodeStatus::getName)
                .orElse("unknown");
    }

    private static NexusClient client(List<String> servers) {
        return new NexusClient(servers, TIMEOUT);
    }

    private void heading(String text) {
        step++;
        out.println();
        out.println(colors.bold(step + ". " + text));
        out.flush();
    }

    private void say(String format, Object... args) {
        out.println("  " + String.format(Locale.ROOT, format, args));
        out.flush();
    }
}
