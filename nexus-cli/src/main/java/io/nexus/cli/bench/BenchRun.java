package io.nexus.cli.bench;

import io.nexus.cli.bench.fleet.Fleet;
import io.nexus.cli.bench.fleet.FleetNode;
import io.nexus.cli.bench.report.BenchReport;
import io.nexus.cli.bench.verify.Verdict;
import io.nexus.cli.bench.workload.NodeSwitch;
import io.nexus.cli.bench.workload.Plan;
import io.nexus.cli.bench.workload.Session;
import io.nexus.cli.bench.workload.Watching;
import io.nexus.cli.bench.workload.Workloads;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A workload against a cluster.
 *
 * @param servers gRPC addresses
 * @param connections to each node
 * @param keep leave the pools in the cluster
 * @param cleanUp false: the cluster is thrown away, its pools need not be
 */
public record BenchRun(
        Workloads workload, Plan plan, List<String> servers, int connections, boolean keep, boolean cleanUp) {

    /** @param nodeSwitch null: the nodes are not ours to stop */
    public BenchReport run(Watching watching, @Nullable NodeSwitch nodeSwitch) throws InterruptedException {
        try (Fleet fleet = Fleet.open(servers, connections, plan.timeout())) {
            BenchReport report = new BenchReport(
                    workload.toString(),
                    Instant.now(),
                    options(),
                    fleet.nodes().stream().map(FleetNode::name).toList(),
                    new Verdict());
            Session session = new Session(fleet, plan, report, watching, nodeSwitch);
            try {
                workload.make().run(session);
            } finally {
                if (cleanUp && !keep) {
                    session.cleanUp();
                }
            }
            return report;
        }
    }

    private Map<String, Object> options() {
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("target", plan.target());
        options.put("connections", connections);
        options.put("duration_seconds", plan.duration().toMillis() / 1e3);
        options.put("warmup_seconds", plan.warmup().toMillis() / 1e3);
        options.put("count", plan.count());
        options.put("pools", plan.pools());
        options.put("subscribers", plan.subscribers());
        options.put("timeout_seconds", plan.timeout().toMillis() / 1e3);
        return options;
    }
}
