package io.nexus.api.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nexus.api.error.Problem;
import io.nexus.api.grpc.ClusterMapper;
import io.nexus.api.grpc.PoolMapper;
import io.nexus.api.service.AllocationService;
import io.nexus.api.service.ClusterService;
import io.nexus.api.service.ClusterService.NodeStatus;
import io.nexus.api.service.LookupService;
import io.nexus.api.service.LookupService.Found;
import io.nexus.api.service.PoolService;
import io.nexus.api.service.Requests;
import io.nexus.statemachine.model.Reason;
import java.util.List;
import java.util.Map;

/** The routes that gateways speak. Subscribers in paths may have raw colons; slashes are percent-encoded. */
final class ApiV1Routes {
    private static final Map<String, String> SPELLING =
            Map.of("ttl_seconds", "ttl", "default_ttl_seconds", "ttl", "prefix_length", "prefix");

    private final AllocationService allocations;
    private final LookupService lookups;
    private final PoolService pools;
    private final ClusterService cluster;

    ApiV1Routes(AllocationService allocations, LookupService lookups, PoolService pools, ClusterService cluster) {
        this.allocations = allocations;
        this.lookups = lookups;
        this.pools = pools;
        this.cluster = cluster;
    }

    void register(Routes all) {
        Routes routes = all.spelling(SPELLING);
        routes.get("/api/v1/pools", this::listPools);
        routes.post("/api/v1/pools", this::createPool);
        routes.get("/api/v1/pools/{id}", this::getPool);
        routes.patch("/api/v1/pools/{id}", this::updatePool);
        routes.delete("/api/v1/pools/{id}", this::deletePool);
        routes.post("/api/v1/allocations", this::allocate);
        routes.get("/api/v1/allocations/{subscriber}", this::getAllocation);
        routes.delete("/api/v1/allocations/{subscriber}", this::releaseAllocation);
        routes.post("/api/v1/allocations/{subscriber}/renew", this::renewAllocation);
        routes.get("/api/v1/pools/{id}/reservations", this::listReservations);
        routes.post("/api/v1/pools/{id}/reservations", this::reserve);
        routes.delete("/api/v1/pools/{id}/reservations/{ip}", this::unreserve);
        routes.post("/api/v1/offers", this::offer);
        routes.post("/api/v1/allocations/{subscriber}/confirm", this::confirm);
        routes.post("/api/v1/allocations/{subscriber}/decline", this::decline);
        routes.get("/api/v1/allocations/by-ip/{ip}", this::getByAddress);
        routes.get("/api/v1/nodes", this::listNodes);
    }

    /* --------------- pools --------------- */

    private void listPools(Exchange exchange) {
        String space = exchange.query("space");
        exchange.json(200, ApiV1Json.pools(pools.list(space == null ? "" : space)));
    }

    private void createPool(Exchange exchange) {
        JsonFields body = exchange.body();
        Requests.NewPool request = JsonRequests.pool(body.text("id"), body);
        exchange.answer(
                pools.create(request, exchange.deadlineNanos()),
                created -> exchange.json(created.created() ? 201 : 200, ApiV1Json.pool(created.pool())));
    }

    private void updatePool(Exchange exchange) {
        Requests.PoolChange change = JsonRequests.change(exchange.path("id"), exchange.body());
        exchange.answer(
                pools.update(change, exchange.deadlineNanos()), view -> exchange.json(200, ApiV1Json.pool(view)));
    }

    private void getPool(Exchange exchange) {
        exchange.answer(
                pools.get(exchange.path("id"), exchange.deadlineNanos()),
                view -> exchange.json(200, ApiV1Json.pool(view)));
    }

    private void deletePool(Exchange exchange) {
        exchange.answer(pools.delete(exchange.path("id"), exchange.deadlineNanos()), done -> exchange.empty(204));
    }

    private void listReservations(Exchange exchange) {
        exchange.answer(
                lookups.reservations(exchange.path("id")),
                found -> exchange.json(200, ProtoJson.of(PoolMapper.reservations(found))));
    }

    private void reserve(Exchange exchange) {
        Requests.Reserve request = JsonRequests.reserve(exchange.path("id"), exchange.body());
        exchange.answer(
                pools.reserve(request, exchange.deadlineNanos()), changed -> exchange.empty(changed ? 201 : 200));
    }

    private void unreserve(Exchange exchange) {
        exchange.answer(
                pools.unreserve(exchange.path("id"), exchange.path("ip"), exchange.deadlineNanos()),
                done -> exchange.empty(204));
    }

    /* --------------- allocations --------------- */

    private void allocate(Exchange exchange) {
        JsonFields body = exchange.body();
        exchange.answer(allocations.allocate(JsonRequests.allocate(body, "ttl"), exchange.deadlineNanos()), granted -> {
            exchange.token(granted.token());
            exchange.json(granted.created() ? 201 : 200, ApiV1Json.allocation(granted.holding()));
        });
    }

    private void offer(Exchange exchange) {
        JsonFields body = exchange.body();
        exchange.answer(allocations.offer(JsonRequests.allocate(body, "ttl"), exchange.deadlineNanos()), granted -> {
            exchange.token(granted.token());
            exchange.json(granted.created() ? 201 : 200, ApiV1Json.allocation(granted.holding()));
        });
    }

    private void confirm(Exchange exchange) {
        Requests.Confirm request = JsonRequests.confirm(exchange.path("subscriber"), exchange.body(), "ttl");
        exchange.answer(allocations.confirm(request, exchange.deadlineNanos()), confirmed -> {
            exchange.token(confirmed.token());
            exchange.json(200, ApiV1Json.allocation(confirmed.holding()));
        });
    }

    private void decline(Exchange exchange) {
        Requests.Release request = JsonRequests.release(exchange.path("subscriber"), exchange.body());
        exchange.answer(allocations.decline(request, exchange.deadlineNanos()), declined -> {
            exchange.token(declined.token());
            exchange.empty(204);
        });
    }

    private void getAllocation(Exchange exchange) {
        boolean all = exchange.flag("all");
        exchange.answer(
                lookups.bySubscriber(
                        exchange.path("subscriber"),
                        exchange.query("pool_id"),
                        exchange.freshness(),
                        exchange.deadlineNanos()),
                found -> found(exchange, found, all));
    }

    private void getByAddress(Exchange exchange) {
        String space = exchange.query("space");
        exchange.answer(
                lookups.byAddress(
                        exchange.path("ip"),
                        space == null ? "" : space,
                        exchange.freshness(),
                        exchange.deadlineNanos()),
                found -> found(exchange, found, false));
    }

    private static void found(Exchange exchange, Found found, boolean all) {
        exchange.asOf(found);
        ObjectNode asOf = ApiV1Json.asOf(found);
        if (found.holdings().isEmpty()) {
            exchange.fail(Problem.of(Reason.NO_SUCH_ALLOCATION, "nothing is allocated there"), asOf);
        } else if (all) {
            exchange.json(200, ApiV1Json.allocations(found.holdings()).setAll(asOf));
        } else {
            exchange.json(200, ApiV1Json.allocation(found.holdings().get(0)).setAll(asOf));
        }
    }

    private void releaseAllocation(Exchange exchange) {
        exchange.answer(
                allocations.releaseAll(
                        exchange.path("subscriber"), exchange.query("pool_id"), exchange.deadlineNanos()),
                released -> {
                    exchange.token(released.token());
                    exchange.empty(204);
                });
    }

    private void renewAllocation(Exchange exchange) {
        long ttl = exchange.optionalBody().whole("ttl");
        exchange.answer(
                allocations.renewAll(
                        exchange.path("subscriber"), exchange.query("pool_id"), ttl, exchange.deadlineNanos()),
                renewed -> {
                    if (renewed.isEmpty()) {
                        exchange.fail(Problem.of(Reason.NO_SUCH_ALLOCATION, "it was released in the meantime"));
                        return;
                    }
                    exchange.token(renewed.size() == 1 ? renewed.get(0).token() : null);
                    exchange.json(200, ApiV1Json.allocation(renewed.get(0).holding()));
                });
    }

    /* --------------- nodes --------------- */

    private void listNodes(Exchange exchange) {
        List<NodeStatus> nodes = cluster.nodes();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode list = json.putArray("nodes");
        nodes.forEach(node -> list.add(ProtoJson.of(ClusterMapper.node(node))));
        exchange.json(200, json.put("count", nodes.size()));
    }
}
