package io.nexus.api.node;

import io.nexus.api.cluster.ClusterView;
import io.nexus.api.consensus.CommandRouter;
import io.nexus.api.consensus.Decided;
import io.nexus.api.consensus.GroupView;
import io.nexus.api.error.Problem;
import io.nexus.api.error.ProblemException;
import io.nexus.api.feed.Copies;
import io.nexus.api.feed.FollowState;
import io.nexus.api.service.Lookups;
import io.nexus.api.service.UnitReader;
import io.nexus.api.service.UnitView;
import io.nexus.crdt.Position;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.NodeEntry;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.model.Reason;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What the endpoints are built on before this node is in a cluster, and what stands behind it afterwards. A node that
 * waits for its peers answers "starting" with the reason, instead of refusing connections.
 */
final class LatePorts {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    /** The ports of a node that is in a cluster. */
    record Ports(ClusterView cluster, GroupView groups, CommandRouter router, Lookups lookups, Copies copies) {}

    private final NodeEntry self;
    private final ClusterPlan blank;
    private volatile @Nullable Ports ports;

    LatePorts(NodeEntry self, int segments, int virtualNodes) {
        this.self = self;
        List<List<String>> seats = IntStream.rangeClosed(0, segments)
                .mapToObj(segment -> List.<String>of())
                .toList();
        this.blank = new ClusterPlan(0, "", List.of(self), segments, 0, 0, virtualNodes, seats);
    }

    void open(Ports running) {
        this.ports = running;
    }

    boolean isOpen() {
        return ports != null;
    }

    private static ProblemException starting() {
        return Problem.retry(
                        Reason.NODE_STARTING, RETRY_AFTER, "this node is not in a cluster yet; why, says: nexus status")
                .exception();
    }

    ClusterView cluster() {
        return new ClusterView() {
            @Override
            public String selfId() {
                return self.nodeId();
            }

            @Override
            public ClusterPlan plan() {
                Ports running = ports;
                return running == null ? blank : running.cluster.plan();
            }

            @Override
            public Liveness liveness(String nodeId) {
                Ports running = ports;
                return running == null ? new Liveness(State.UP, 0) : running.cluster.liveness(nodeId);
            }

            @Override
            public long stalenessMillis(int segment) {
                Ports running = ports;
                return running == null ? -1 : running.cluster.stalenessMillis(segment);
            }
        };
    }

    GroupView groups() {
        return new GroupView() {
            @Override
            public GroupState group(int segment) {
                Ports running = ports;
                return running == null
                        ? new GroupState(segment, false, false, 0, null, List.of(), Condition.UNHOSTED)
                        : running.groups.group(segment);
            }

            @Override
            public @Nullable String owner(int segment) {
                Ports running = ports;
                return running == null ? null : running.groups.owner(segment);
            }
        };
    }

    CommandRouter router() {
        return new CommandRouter() {
            @Override
            public CompletableFuture<Decided> submit(int segment, long commandId, Command command, long deadline) {
                Ports running = ports;
                return running == null
                        ? CompletableFuture.failedFuture(starting())
                        : running.router.submit(segment, commandId, command, deadline);
            }
        };
    }

    Lookups lookups() {
        return new LateLookups();
    }

    private final class LateLookups implements Lookups {
        @Override
        public CompletableFuture<Answer> bySubscriber(
                String subscriber, @Nullable String poolId, Demand demand, long deadline) {
            return running(lookups -> lookups.bySubscriber(subscriber, poolId, demand, deadline));
        }

        @Override
        public CompletableFuture<Answer> byAddress(String space, Prefix address, Demand demand, long deadline) {
            return running(lookups -> lookups.byAddress(space, address, demand, deadline));
        }

        @Override
        public CompletableFuture<PastAnswer> past(String space, Prefix address, long fromMillis, long toMillis) {
            return running(lookups -> lookups.past(space, address, fromMillis, toMillis));
        }

        @Override
        public CompletableFuture<List<UnitView>> explain(String space, Prefix address) {
            return running(lookups -> lookups.explain(space, address));
        }

        @Override
        public CompletableFuture<List<UnitView>> explain(String subscriber) {
            return running(lookups -> lookups.explain(subscriber));
        }

        @Override
        public CompletableFuture<List<UnitReader.Reservation>> reservations(PoolEntry pool) {
            return running(lookups -> lookups.reservations(pool));
        }

        private <T> CompletableFuture<T> running(Function<Lookups, CompletableFuture<T>> question) {
            Ports running = ports;
            return running == null ? CompletableFuture.failedFuture(starting()) : question.apply(running.lookups);
        }
    }

    Copies copies() {
        return new Copies() {
            @Override
            public @Nullable FollowState state(int segment) {
                Ports running = ports;
                return running == null ? null : running.copies.state(segment);
            }

            @Override
            public long lag(int segment) {
                Ports running = ports;
                return running == null ? 0 : running.copies.lag(segment);
            }
        };
    }

    /** Where every stream of a cluster begins: the same on all nodes, another one in each cluster. */
    static Position genesis(String clusterId, int segment) {
        return Position.start(segment, 1, Nonces.of(clusterId, segment));
    }
}
