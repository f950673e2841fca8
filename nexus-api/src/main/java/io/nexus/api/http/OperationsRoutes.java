package io.nexus.api.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nexus.api.grpc.ClusterMapper;
import io.nexus.api.metrics.Meters;
import io.nexus.api.metrics.PrometheusText;
import io.nexus.api.service.ClusterService;
import java.util.List;

/** Health, readiness, cluster state and metrics: from this node's memory, independent of any quorum. */
final class OperationsRoutes {
    private final ClusterService cluster;
    private final Meters meters;

    OperationsRoutes(ClusterService cluster, Meters meters) {
        this.cluster = cluster;
        this.meters = meters;
    }

    void register(Routes routes) {
        // Gateways that miss three of these call themselves cut off: it says only that lookups are served.
        routes.get("/health", this::health);
        routes.get("/ready", this::ready);
        routes.get(
                "/cluster/status",
                exchange -> exchange.json(200, ProtoJson.of(ClusterMapper.response(cluster.status()))));
        routes.get(
                "/hashring", exchange -> exchange.json(200, ProtoJson.of(ClusterMapper.response(cluster.hashring()))));
        routes.get(
                "/metrics", exchange -> exchange.text(200, PrometheusText.CONTENT_TYPE, PrometheusText.write(meters)));
    }

    private void health(Exchange exchange) {
        boolean serves = cluster.readiness().serves();
        exchange.text(serves ? 200 : 503, "text/plain; charset=utf-8", serves ? "ok\n" : "starting\n");
    }

    private void ready(Exchange exchange) {
        List<String> reasons = cluster.readiness().reasons();
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("ready", reasons.isEmpty());
        ArrayNode list = json.putArray("reasons");
        reasons.forEach(list::add);
        ArrayNode warnings = json.putArray("warnings");
        cluster.readiness().warnings().forEach(warnings::add);
        exchange.json(reasons.isEmpty() ? 200 : 503, json);
    }
}
