package io.nexus.api.feed;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which nodes follow which stream here, at most so many in each. Whoever comes beyond is sent to those that do, each
 * time to another one first, so that the followers of a stream form a tree. Serving thread only.
 */
final class Fanout {
    private final int max;
    /** Stream to node to its calls: a node that dials again may be here twice for a moment. */
    private final Map<Integer, Map<String, Integer>> followers = new HashMap<>();

    private final Map<Integer, Integer> turns = new HashMap<>();

    /** @param max nodes in one stream, at least 1 */
    Fanout(int max) {
        this.max = max;
    }

    /** False: too many are here. */
    boolean admit(int stream, String node) {
        Map<String, Integer> here = followers.computeIfAbsent(stream, s -> new LinkedHashMap<>());
        if (here.size() >= max && !here.containsKey(node)) {
            return false;
        }
        here.merge(node, 1, Integer::sum);
        return true;
    }

    void leave(int stream, String node) {
        Map<String, Integer> here = followers.getOrDefault(stream, Map.of());
        if (here.containsKey(node)) {
            here.computeIfPresent(node, (id, calls) -> calls > 1 ? calls - 1 : null);
        }
    }

    /** Whom to follow instead. */
    List<String> instead(int stream) {
        List<String> here =
                new ArrayList<>(followers.getOrDefault(stream, Map.of()).keySet());
        if (!here.isEmpty()) {
            Collections.rotate(here, -turns.merge(stream, 1, Integer::sum) % here.size());
        }
        return here;
    }
}
