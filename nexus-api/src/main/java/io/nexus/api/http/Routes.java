package io.nexus.api.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.nexus.api.error.ProblemException;
import io.nexus.api.error.Problems;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Registers the routes of one dialect. What an action throws becomes the answer. */
final class Routes {
    /** Under which the matched route is kept in the context, for metrics. */
    static final String ROUTE = "nexus.route";

    private final RoutesConfig routes;
    private final Terms terms;
    private final Map<String, String> spelling;

    /**
     * What holds for every request.
     *
     * @param executor renders answers that come later: the threads that complete them must not wait for a slow reader
     */
    record Terms(Duration timeout, Executor executor, Bodies bodies) {}

    Routes(RoutesConfig routes, Terms terms) {
        this(routes, terms, Map.of());
    }

    private Routes(RoutesConfig routes, Terms terms, Map<String, String> spelling) {
        this.routes = routes;
        this.terms = terms;
        this.spelling = spelling;
    }

    /** The same with other names for some fields. */
    Routes spelling(Map<String, String> names) {
        return new Routes(routes, terms, names);
    }

    /** Also answers HEAD: with the same status and headers. */
    void get(String path, Consumer<Exchange> action) {
        add(HandlerType.GET, path, action);
        add(HandlerType.HEAD, path, action);
    }

    void post(String path, Consumer<Exchange> action) {
        add(HandlerType.POST, path, action);
    }

    void put(String path, Consumer<Exchange> action) {
        add(HandlerType.PUT, path, action);
    }

    void patch(String path, Consumer<Exchange> action) {
        add(HandlerType.PATCH, path, action);
    }

    void delete(String path, Consumer<Exchange> action) {
        add(HandlerType.DELETE, path, action);
    }

    private void add(HandlerType method, String path, Consumer<Exchange> action) {
        routes.addHttpHandler(method, path, context -> run(context, path, action));
    }

    private void run(Context context, String path, Consumer<Exchange> action) {
        context.attribute(ROUTE, path);
        Exchange exchange = new Exchange(context, terms, spelling);
        try {
            action.accept(exchange);
        } catch (ProblemException e) {
            exchange.fail(Problems.of(e));
        }
    }
}
