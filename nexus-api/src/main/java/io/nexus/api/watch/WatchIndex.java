package io.nexus.api.watch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** From a change to the watchers that may want it, without looking at the others. Serving thread only. */
final class WatchIndex {
    private final Map<Facet, Set<WatchSession>> sessions = new HashMap<>();

    void add(WatchSession session) {
        for (Selector selector : session.filter.selectors()) {
            if (selector.subtree() == null) {
                sessions.computeIfAbsent(selector.facet(), facet -> new LinkedHashSet<>())
                        .add(session);
            }
        }
    }

    void remove(WatchSession session) {
        for (Selector selector : session.filter.selectors()) {
            Set<WatchSession> found = sessions.get(selector.facet());
            if (found != null && found.remove(session) && found.isEmpty()) {
                sessions.remove(selector.facet());
            }
        }
    }

    /** Those whose filter may want what was there before or is there now; each once. */
    Set<WatchSession> interestedIn(List<WatchChange> changes) {
        Set<WatchSession> interested = new LinkedHashSet<>();
        for (WatchChange change : changes) {
            List<Facet> facets = new ArrayList<>();
            Watched now = change.now();
            Watched before = change.before();
            if (now != null) {
                facets.addAll(Facet.of(now));
            }
            if (before != null) {
                facets.addAll(Facet.of(before));
            }
            for (Facet facet : facets) {
                Set<WatchSession> found = sessions.get(facet);
                if (found != null) {
                    interested.addAll(found);
                }
            }
        }
        return interested;
    }
}
