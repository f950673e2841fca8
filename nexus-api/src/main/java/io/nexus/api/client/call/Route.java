package io.nexus.api.client.call;

import io.nexus.api.client.node.NodeLink;
import org.jspecify.annotations.Nullable;

/** Where a call should go first. Thread-safe; must not block. */
public interface Route {
    /** Asked before each attempt; null: any node. */
    @Nullable
    NodeLink first();

    /** An attempt was not served: what is known may be out of date. */
    void doubtful();

    /** To this node first, whatever happens. */
    static Route to(NodeLink link) {
        return new Route() {
            @Override
            public NodeLink first() {
                return link;
            }

            @Override
            public void doubtful() {
                // It is this node that is meant.
            }
        };
    }
}
