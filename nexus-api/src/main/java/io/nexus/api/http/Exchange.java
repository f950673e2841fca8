package io.nexus.api.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.nexus.api.error.Problem;
import io.nexus.api.error.ProblemException;
import io.nexus.api.error.Problems;
import io.nexus.api.error.StatusTable;
import io.nexus.api.service.LookupService.Found;
import io.nexus.api.service.Requests;
import io.nexus.crdt.Token;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One request and its answer. */
final class Exchange {
    static final String TOKEN = "X-Nexus-Token";
    static final String STALENESS = "X-Nexus-Staleness-Ms";
    static final String POSITION = "X-Nexus-Position";

    private static final String JSON = "application/json";

    private final Context context;
    private final long deadlineNanos;
    private final Routes.Terms terms;
    private final Map<String, String> spelling;

    /**
     * @param spelling what fields of {@code nexus.v1} are called in this dialect, where it differs
     */
    Exchange(Context context, Routes.Terms terms, Map<String, String> spelling) {
        this.context = context;
        this.deadlineNanos = System.nanoTime() + terms.timeout().toNanos();
        this.terms = terms;
        this.spelling = spelling;
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    /* --------------- request --------------- */

    /** A part of the path, decoded. */
    String path(String name) {
        return context.pathParam(name);
    }

    /** Null if it is missing or empty. */
    @Nullable
    String query(String name) {
        String value = context.queryParam(name);
        return value == null || value.isEmpty() ? null : value;
    }

    boolean flag(String name) {
        String value = query(name);
        if (value != null && !value.equals("true") && !value.equals("false")) {
            throw Problem.field(name, "must be true or false").exception();
        }
        return "true".equals(value);
    }

    /** 0 if it is missing. */
    long whole(String name) {
        String value = query(name);
        if (value != null && !value.matches("-?[0-9]{1,18}")) {
            throw Problem.field(name, "must be a whole number").exception();
        }
        return value == null ? 0 : Long.parseLong(value);
    }

    /** All headers of a name. */
    List<String> requestHeaders(String name) {
        return Collections.list(context.req().getHeaders(name));
    }

    /** From the parameters token, max_staleness_ms and owner; the header {@value #TOKEN} is a token too. */
    Requests.Freshness freshness() {
        String header = context.header(TOKEN);
        String parameter = query("token");
        if (header != null && parameter != null && !header.equals(parameter)) {
            throw Problem.field("token", "differs from the header " + TOKEN).exception();
        }
        String token = parameter == null ? header : parameter;
        return new Requests.Freshness(token == null ? "" : token, whole("max_staleness_ms"), flag("owner"));
    }

    JsonFields body() {
        return JsonFields.parse(bytes());
    }

    /** No body means an object without fields. */
    JsonFields optionalBody() {
        byte[] bytes = bytes();
        return JsonFields.parse(bytes.length == 0 ? "{}".getBytes(StandardCharsets.UTF_8) : bytes);
    }

    private byte[] bytes() {
        try {
            return terms.bodies().read(context.req());
        } catch (ProblemException e) {
            // What is left of the body is not read, so the connection cannot go on.
            context.header("Connection", "close");
            throw e;
        }
    }

    /* --------------- answer --------------- */

    /** Renders what the future brings: at once if it is there, else on the executor. */
    <T> void answer(CompletableFuture<T> future, Consumer<? super T> render) {
        if (future.isDone()) {
            finish(future, render);
        } else {
            context.future(() -> future.handleAsync(
                    (value, thrown) -> {
                        finish(future, render);
                        return null;
                    },
                    terms.executor()));
        }
    }

    private <T> void finish(CompletableFuture<T> future, Consumer<? super T> render) {
        T value;
        try {
            value = future.join();
        } catch (CompletionException | CancellationException e) {
            fail(Problems.of(e));
            return;
        }
        render.accept(value);
    }

    void json(int status, ObjectNode body) {
        context.status(status).contentType(JSON).result(body.toString().getBytes(StandardCharsets.UTF_8));
    }

    void text(int status, String contentType, String body) {
        context.status(status).contentType(contentType).result(body);
    }

    void empty(int status) {
        context.status(status);
    }

    void header(String name, String value) {
        context.header(name, value);
    }

    void token(@Nullable Token token) {
        if (token != null) {
            context.header(TOKEN, token.encode());
        }
    }

    /** How old the answer is at most, and as of which positions. */
    void asOf(Found found) {
        context.header(STALENESS, Long.toString(found.stalenessMillis()));
        context.header(POSITION, found.position());
    }

    void fail(Problem problem) {
        fail(problem, JsonNodeFactory.instance.objectNode());
    }

    /** @param more what the error's body says besides, where there is one */
    void fail(Problem problem, ObjectNode more) {
        StatusTable.Row row = StatusTable.row(problem.reason());
        if (problem.retryAfter() != null) {
            long seconds = Math.max(1, problem.retryAfter().plusMillis(999).toSeconds());
            context.header("Retry-After", Long.toString(seconds));
        }
        String message = spelled(problem.message(), problem.field());
        error(context, row.http(), problem.reason().name(), message, name(problem), more);
    }

    private @Nullable String name(Problem problem) {
        String field = problem.field();
        return field == null ? null : spelling.getOrDefault(field, field);
    }

    /** Messages begin with the field's name. */
    private String spelled(String message, @Nullable String field) {
        String own = field == null ? null : spelling.get(field);
        return field != null && own != null && message.startsWith(field + ":")
                ? own + message.substring(field.length())
                : message;
    }

    /**
     * An error with a body only where the client is known to read it: the body of a 404 costs some gateways their
     * connection.
     */
    static void error(Context context, int status, String reason, String message, @Nullable String field) {
        error(context, status, reason, message, field, JsonNodeFactory.instance.objectNode());
    }

    private static void error(
            Context context, int status, String reason, String message, @Nullable String field, ObjectNode more) {
        context.status(status);
        String accept = context.header("Accept");
        boolean sends =
                context.method().equals(HandlerType.POST) || context.method().equals(HandlerType.PUT);
        boolean wanted = sends || (accept != null && accept.contains(JSON));
        if (!wanted) {
            context.result("");
            return;
        }
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("error", message).put("reason", reason);
        if (field != null) {
            body.put("field", field);
        }
        body.setAll(more);
        context.contentType(JSON).result(body.toString().getBytes(StandardCharsets.UTF_8));
    }
}
