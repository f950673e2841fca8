package io.nexus.api.http;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.MethodNotAllowedResponse;
import io.nexus.api.error.Problem;
import io.nexus.api.error.Problems;
import io.nexus.api.keyspace.Keyspace;
import io.nexus.api.metrics.Meters;
import io.nexus.api.metrics.MetricNames;
import io.nexus.api.service.AllocationService;
import io.nexus.api.service.ClusterService;
import io.nexus.api.service.LookupService;
import io.nexus.api.service.PoolService;
import io.nexus.api.service.RecordService;
import io.nexus.api.watch.Watches;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.EagerContentHandler;
import org.eclipse.jetty.server.handler.EagerContentHandler.RetainedContentLoaderFactory;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.server.handler.MinimumDataRateHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP server: both dialects and the operators' routes, on a bounded pool of threads. */
public final class HttpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
    private static final int HEADER_BYTES_MAX = 8 << 10;
    private static final int THREADS_MIN = 8;
    private static final int ACCEPTORS = 1;
    private static final int SELECTORS = 1;
    /** Gateways ask for /health every five seconds on the same connection. */
    private static final long IDLE_MILLIS = 30_000;
    /** The same while a request is read or answered; more where requests may take longer. */
    private static final long REQUEST_IDLE_MILLIS = 10_000;
    /** A body that comes slower than this is somebody who holds threads. */
    private static final long BODY_BYTES_PER_SECOND_MIN = 512;

    private static final long STOP_MILLIS = 5_000;
    private static final String START = "nexus.start";
    private static final String UNMATCHED = "_unmatched";

    private final Settings settings;
    private final Services services;
    private final Meters meters;
    private final GracefulHandler graceful = new GracefulHandler();
    private @Nullable Javalin javalin;

    /**
     * What an operator sets.
     *
     * @param address where to listen; port 0: any free one
     * @param timeout of each request
     */
    public record Settings(InetSocketAddress address, int threadsMax, int connectionsMax, Duration timeout) {}

    /** What the routes call. */
    public record Services(
            AllocationService allocations,
            LookupService lookups,
            PoolService pools,
            ClusterService cluster,
            RecordService records,
            Keyspace keyspace,
            Watches watches) {}

    public HttpServer(Settings settings, Services services, Meters meters) {
        this.settings = settings;
        this.services = services;
        this.meters = meters;
    }

    /** Listens when it returns; throws an unchecked exception if the address cannot be bound. */
    public void start() {
        QueuedThreadPool threads = new QueuedThreadPool(settings.threadsMax(), THREADS_MIN);
        threads.setName("nexus-http");
        threads.setDaemon(true);
        javalin = Javalin.create(config -> configure(config, threads)).start();
    }

    /** The port that it listens on; only between start and close. */
    public int port() {
        Javalin running = javalin;
        if (running == null) {
            throw new IllegalStateException("not started");
        }
        return running.port();
    }

    /** Takes nothing new, waits some seconds for requests under way, then ends connections. Idempotent. */
    @Override
    public void close() {
        Javalin running = javalin;
        if (running != null) {
            javalin = null;
            finishRequests();
            running.stop();
        }
    }

    /** Jetty's own graceful stop would also wait for idle connections, which gateways keep open. */
    private void finishRequests() {
        try {
            graceful.shutdown().get(STOP_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.atInfo().log("HTTP requests that did not end in time are cut off");
        }
    }

    private void configure(JavalinConfig config, QueuedThreadPool threads) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.concurrency.useVirtualThreads = false;
        config.http.prefer405over404 = true;
        config.jetty.threadPool = threads;
        config.jetty.addConnector(this::connector);
        config.jetty.modifyServer(server -> {
            server.setErrorHandler(new PlainErrors());
            server.addBean(new NetworkConnectionLimit(settings.connectionsMax(), server));
        });
        config.jetty.modifyServletContextHandler(handler -> {
            handler.setErrorHandler(new PlainErrors());
            handler.insertHandler(graceful);
            handler.insertHandler(
                    new EagerContentHandler(new RetainedContentLoaderFactory(Bodies.SMALL_BYTES_MAX, -1, false)));
            handler.insertHandler(new MinimumDataRateHandler(BODY_BYTES_PER_SECOND_MIN, 0));
            handler.insertHandler(new WatchStream(services.watches(), meters));
        });
        Bodies bodies = new Bodies(settings.threadsMax() / 2);
        Routes routes = new Routes(config.routes, new Routes.Terms(settings.timeout(), threads, bodies));
        new SeedRoutes(services.allocations(), services.lookups()).register(routes);
        new ApiV1Routes(services.allocations(), services.lookups(), services.pools(), services.cluster())
                .register(routes);
        new HistoryRoutes(services.lookups()).register(routes);
        new RecordRoutes(services.records()).register(routes);
        new KeyRoutes(services.keyspace()).register(routes);
        new OperationsRoutes(services.cluster(), meters).register(routes);
        config.routes.before(context -> context.attribute(START, System.nanoTime()));
        config.routes.after(this::measure);
        config.routes.exception(HttpResponseException.class, HttpServer::routingError);
        config.routes.exception(Exception.class, HttpServer::fault);
    }

    /** @param http as Javalin makes it: takes every URI that can be decoded, so ids may have encoded slashes */
    private ServerConnector connector(Server server, HttpConfiguration http) {
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(HEADER_BYTES_MAX);
        http.setIdleTimeout(Math.max(REQUEST_IDLE_MILLIS, 2 * settings.timeout().toMillis()));
        ServerConnector connector =
                new ServerConnector(server, null, null, null, ACCEPTORS, SELECTORS, new HttpConnectionFactory(http));
        connector.setHost(
                settings.address().isUnresolved()
                        ? settings.address().getHostString()
                        : settings.address().getAddress().getHostAddress());
        connector.setPort(settings.address().getPort());
        connector.setIdleTimeout(IDLE_MILLIS);
        return connector;
    }

    private void measure(Context context) {
        String matched = context.attribute(Routes.ROUTE);
        String route = matched == null ? UNMATCHED : matched;
        Long start = context.attribute(START);
        meters.counter(MetricNames.HTTP_REQUESTS, "route", route, "status", Integer.toString(context.statusCode()))
                .inc();
        if (start != null) {
            meters.timer(MetricNames.HTTP_LATENCY, "route", route)
                    .update(System.nanoTime() - start, TimeUnit.NANOSECONDS);
        }
    }

    /** What Javalin says by itself: no such route, wrong method, and what it cannot read. */
    private static void routingError(HttpResponseException error, Context context) {
        int status = error.getStatus();
        if (error instanceof MethodNotAllowedResponse) {
            // The only detail it has is the list of methods, under a name that depends on the request.
            context.header("Allow", String.join(", ", error.getDetails().values()));
        }
        String reason = status == 404 ? "NO_SUCH_ROUTE" : status == 405 ? "METHOD_NOT_ALLOWED" : "BAD_REQUEST";
        String message = switch (status) {
            case 404 -> "there is no " + context.path();
            case 405 -> context.method() + " is not possible here: see the header Allow";
            default -> "the request cannot be read";
        };
        Exchange.error(context, status, reason, message, null);
    }

    private static void fault(Exception error, Context context) {
        Problem problem = Problems.of(error);
        Exchange.error(context, 500, problem.reason().name(), problem.message(), null);
    }
}
