package io.nexus.api.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nexus.api.error.Problem;
import io.nexus.api.error.ProblemException;
import io.nexus.api.error.StatusTable;
import io.nexus.api.metrics.Meters;
import io.nexus.api.metrics.MetricNames;
import io.nexus.api.watch.Watches;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/v1/watch}: server-sent events, below the servlet, where a write tells when it is done and no thread
 * waits for it. All other requests go on to the next handler.
 */
final class WatchStream extends Handler.Wrapper {
    static final String PATH = "/api/v1/watch";
    private static final String LAST_EVENT_ID = "Last-Event-ID";
    /** Names as the query spells them. */
    private static final Map<String, String> SPELLING =
            Map.of("pools", "pool", "subscribers", "subscriber", "prefixes", "prefix", "resume_token", LAST_EVENT_ID);

    private final Watches watches;
    private final Meters meters;

    WatchStream(Watches watches, Meters meters) {
        this.watches = watches;
        this.meters = meters;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (!PATH.equals(Request.getPathInContext(request))) {
            return super.handle(request, response, callback);
        }
        if (!request.getMethod().equals("GET")) {
            response.getHeaders().put(HttpHeader.ALLOW, "GET");
            fail(response, callback, 405, "METHOD_NOT_ALLOWED", "only GET is possible here", null);
            return true;
        }
        try {
            Watches.Request wanted = wanted(request);
            WatchConnection connection = new WatchConnection(response, callback);
            // A quiet stream is not an idle one; a write that gets nowhere is.
            request.addIdleTimeoutListener(timeout -> connection.isWriting());
            connection.open(watches.open(wanted, connection, "http"));
            count(200);
        } catch (ProblemException e) {
            Problem problem = e.problem();
            if (problem.retryAfter() != null) {
                response.getHeaders().put(HttpHeader.RETRY_AFTER, 1);
            }
            int status = StatusTable.row(problem.reason()).http();
            fail(response, callback, status, problem.reason().name(), problem.message(), problem.field());
        }
        return true;
    }

    private static Watches.Request wanted(Request request) {
        Fields query = Request.extractQueryParameters(request);
        String last = request.getHeaders().get(LAST_EVENT_ID);
        String since = last != null && !last.isEmpty() ? last : first(query, "since");
        String snapshot = first(query, "snapshot");
        if (!List.of("", "true", "false").contains(snapshot)) {
            throw Problem.field("snapshot", "must be true or false").exception();
        }
        return new Watches.Request(
                query.getValuesOrEmpty("pool"),
                query.getValuesOrEmpty("subscriber"),
                query.getValuesOrEmpty("prefix"),
                since,
                !snapshot.equals("false"));
    }

    private static String first(Fields query, String name) {
        String value = query.getValue(name);
        return value == null ? "" : value;
    }

    private void fail(
            Response response, Callback callback, int status, String reason, String message, @Nullable String field) {
        count(status);
        String named = field == null ? null : SPELLING.getOrDefault(field, field);
        String spelled =
                field == null || named == null ? message : message.replaceFirst("^" + field + ":", named + ":");
        ObjectNode body =
                JsonNodeFactory.instance.objectNode().put("error", spelled).put("reason", reason);
        if (named != null) {
            body.put("field", named);
        }
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        response.write(true, ByteBuffer.wrap(body.toString().getBytes(StandardCharsets.UTF_8)), callback);
    }

    private void count(int status) {
        meters.counter(MetricNames.HTTP_REQUESTS, "route", PATH, "status", Integer.toString(status))
                .inc();
    }
}
