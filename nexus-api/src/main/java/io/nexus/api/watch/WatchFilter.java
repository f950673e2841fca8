package io.nexus.api.watch;

import io.nexus.api.error.Problem;
import io.nexus.api.error.ProblemException;
import io.nexus.api.keyspace.KeyPath;
import io.nexus.statemachine.model.AddressText;
import io.nexus.statemachine.model.Ids;
import io.nexus.statemachine.model.Parsed;
import io.nexus.statemachine.model.PoolSpec;
import io.nexus.statemachine.model.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one watcher watches: anything that one of the selectors wants. */
record WatchFilter(List<Selector> selectors) {
    static final int NAMES_MAX = 1_000;
    private static final String PREFIXES = "prefixes";

    WatchFilter {
        selectors = List.copyOf(selectors);
    }

    /**
     * From what a caller named.
     *
     * @param subtrees names of those plugged in that can be watched
     * @throws ProblemException naming the field
     */
    static WatchFilter of(Watches.Request request, Set<String> subtrees) {
        int names = request.pools().size()
                + request.subscribers().size()
                + request.prefixes().size();
        if (names > NAMES_MAX) {
            throw wrong(PREFIXES, "together with pools and subscribers there are more than " + NAMES_MAX);
        }
        List<Selector> selectors = new ArrayList<>();
        for (String pool : request.pools()) {
            reject("pools", Ids.poolProblem(pool));
            selectors.add(Selector.pool(pool));
        }
        for (String subscriber : request.subscribers()) {
            reject("subscribers", Ids.subscriberProblem(subscriber));
            selectors.add(Selector.allocations(null, subscriber));
        }
        for (String prefix : request.prefixes()) {
            selectors.addAll(selectors(KeyPath.parse(PREFIXES, prefix).elements(), prefix, subtrees));
        }
        return new WatchFilter(selectors.isEmpty() ? List.of(Selector.EVERYTHING) : selectors);
    }

    boolean wants(Watched value) {
        for (Selector selector : selectors) {
            if (selector.wants(value)) {
                return true;
            }
        }
        return false;
    }

    /** What is watched of a subtree. */
    List<List<String>> pathsOf(String subtree) {
        return selectors.stream()
                .filter(selector -> subtree.equals(selector.subtree()))
                .map(Selector::path)
                .toList();
    }

    /** The same for the same filter on any node; hardly ever for another one. */
    int fold() {
        return selectors.stream().map(Selector::toString).sorted().toList().hashCode();
    }

    private static List<Selector> selectors(List<String> path, String text, Set<String> subtrees) {
        if (path.isEmpty()) {
            List<Selector> all = new ArrayList<>(List.of(Selector.EVERYTHING));
            subtrees.forEach(name -> all.add(Selector.subtree(name, List.of())));
            return all;
        }
        List<String> below = path.subList(1, path.size());
        return List.of(
                switch (path.get(0)) {
                    case "pools" -> pools(below, text);
                    case "allocations" -> allocations(below, text);
                    default -> {
                        if (!subtrees.contains(path.get(0))) {
                            throw unwatchable(text);
                        }
                        yield Selector.subtree(path.get(0), below);
                    }
                });
    }

    private static Selector pools(List<String> path, String text) {
        if (path.isEmpty()) {
            return Selector.ALL_POOLS;
        }
        boolean config = path.size() == 1 || (path.size() == 2 && path.get(1).equals("config"));
        if (!config) {
            throw unwatchable(text);
        }
        return Selector.poolConfig(path.get(0));
    }

    private static Selector allocations(List<String> path, String text) {
        String index = path.isEmpty() ? "by-pool" : path.get(0);
        String first = path.size() > 1 ? path.get(1) : null;
        return switch (index) {
            case "by-pool" -> at(Selector.allocations(first, null), path, 2, text);
            case "by-subscriber" ->
                at(Selector.allocations(path.size() > 2 ? path.get(2) : null, first), path, 3, text);
            case "by-ip" -> at(Selector.space(PoolSpec.DEFAULT_SPACE), path, 1, text);
            case "by-space" -> at(first == null ? Selector.ALL_ALLOCATIONS : Selector.space(first), path, 2, text);
            default -> throw unwatchable(text);
        };
    }

    /** @param at which element is the address, if there are so many */
    private static Selector at(Selector selector, List<String> path, int at, String text) {
        if (path.size() <= at) {
            return selector;
        }
        Parsed<Prefix> address = AddressText.parseAddress(path.get(at));
        if (path.size() > at + 1 || !address.isOk()) {
            throw wrong(PREFIXES, text + " does not end with an address");
        }
        return selector.at(selector.space(), address.get());
    }

    private static ProblemException unwatchable(String text) {
        return wrong(PREFIXES, "nothing can be watched at " + text);
    }

    private static void reject(String field, @Nullable String problem) {
        if (problem != null) {
            throw wrong(field, problem);
        }
    }

    private static ProblemException wrong(String field, String message) {
        return Problem.field(field, "%s", message).exception();
    }
}
