package io.nexus.api.http;

import io.nexus.api.error.Problem;
import io.nexus.api.grpc.ProtoMapper;
import io.nexus.api.service.AllocationService;
import io.nexus.api.service.LookupService;
import io.nexus.api.service.LookupService.Found;
import io.nexus.api.service.Requests;
import java.util.concurrent.CompletableFuture;

/** The short routes: the gRPC messages as JSON, under the same names. */
final class SeedRoutes {
    private final AllocationService allocations;
    private final LookupService lookups;

    SeedRoutes(AllocationService allocations, LookupService lookups) {
        this.allocations = allocations;
        this.lookups = lookups;
    }

    void register(Routes routes) {
        routes.post("/allocate", this::allocate);
        routes.post("/offer", this::offer);
        routes.post("/confirm", this::confirm);
        routes.post("/decline", this::decline);
        routes.post("/release", this::release);
        routes.post("/renew", this::renew);
        routes.get("/lookup", this::lookup);
    }

    private void allocate(Exchange exchange) {
        JsonFields body = exchange.body();
        exchange.answer(
                allocations.allocate(JsonRequests.allocate(body, "ttl_seconds"), exchange.deadlineNanos()), granted -> {
                    exchange.token(granted.token());
                    exchange.json(200, ProtoJson.of(ProtoMapper.response(granted)));
                });
    }

    private void offer(Exchange exchange) {
        exchange.answer(
                allocations.offer(JsonRequests.allocate(exchange.body(), "ttl_seconds"), exchange.deadlineNanos()),
                granted -> {
                    exchange.token(granted.token());
                    exchange.json(200, ProtoJson.of(ProtoMapper.response(granted)));
                });
    }

    private void confirm(Exchange exchange) {
        JsonFields body = exchange.body();
        Requests.Confirm request = JsonRequests.confirm(body.text("subscriber_id"), body, "ttl_seconds");
        exchange.answer(allocations.confirm(request, exchange.deadlineNanos()), confirmed -> {
            exchange.token(confirmed.token());
            exchange.json(200, ProtoJson.of(ProtoMapper.response(confirmed)));
        });
    }

    private void decline(Exchange exchange) {
        JsonFields body = exchange.body();
        Requests.Release request = JsonRequests.release(body.text("subscriber_id"), body);
        exchange.answer(allocations.decline(request, exchange.deadlineNanos()), declined -> {
            exchange.token(declined.token());
            exchange.json(200, ProtoJson.of(ProtoMapper.response(declined)));
        });
    }

    private void release(Exchange exchange) {
        JsonFields body = exchange.body();
        Requests.Release request = JsonRequests.release(body.text("subscriber_id"), body);
        exchange.answer(allocations.release(request, exchange.deadlineNanos()), released -> {
            exchange.token(released.token());
            exchange.json(200, ProtoJson.of(ProtoMapper.response(released)));
        });
    }

    private void renew(Exchange exchange) {
        JsonFields body = exchange.body();
        Requests.Renew request = new Requests.Renew(
                body.text("subscriber_id"),
                body.text("pool_id"),
                body.text("duid"),
                JsonRequests.iaid(body),
                body.whole("ttl_seconds"),
                body.text("request_id"),
                body.whole("generation"));
        exchange.answer(allocations.renew(request, exchange.deadlineNanos()), renewed -> {
            exchange.token(renewed.token());
            exchange.json(200, ProtoJson.of(ProtoMapper.response(renewed)));
        });
    }

    private void lookup(Exchange exchange) {
        String subscriber = exchange.query("subscriber_id");
        String ip = exchange.query("ip");
        if ((subscriber == null) == (ip == null)) {
            throw Problem.field("subscriber_id", "give either subscriber_id or ip")
                    .exception();
        }
        String space = exchange.query("space");
        CompletableFuture<Found> answer = subscriber != null
                ? lookups.bySubscriber(
                        subscriber, exchange.query("pool_id"), exchange.freshness(), exchange.deadlineNanos())
                : lookups.byAddress(
                        ip == null ? "" : ip,
                        space == null ? "" : space,
                        exchange.freshness(),
                        exchange.deadlineNanos());
        exchange.answer(answer, found -> {
            exchange.asOf(found);
            exchange.json(200, ProtoJson.of(ProtoMapper.response(found)));
        });
    }
}
