package io.nexus.api.watch;

import com.fasterxml.jackson.databind.JsonNode;
import io.nexus.api.keyspace.KeyPath;
import io.nexus.api.service.Holding;
import io.nexus.statemachine.model.PoolEntry;

/** The value of one key that can be watched. */
public sealed interface Watched {
    /** Its one name, whatever prefix it was found by. */
    String key();

    /**
     * The life of the pool that it belongs to; 0 where there is none. A pool that was deleted and created again may have
     * moved to another stream, and streams are not ordered among each other.
     */
    int instance();

    /** An allocation, with its pool. */
    record Held(Holding holding) implements Watched {
        @Override
        public String key() {
            return KeyPath.of(
                            "allocations",
                            "by-pool",
                            holding.allocation().poolId(),
                            holding.allocation().prefix().address())
                    .toString();
        }

        @Override
        public int instance() {
            return holding.allocation().instance();
        }
    }

    /** A pool of the catalogue. */
    record Configured(PoolEntry pool) implements Watched {
        @Override
        public String key() {
            return KeyPath.of("pools", pool.spec().id(), "config").toString();
        }

        @Override
        public int instance() {
            return pool.instance();
        }
    }

    /** A key of a subtree that is plugged in. */
    record Plain(String key, JsonNode json) implements Watched {
        @Override
        public int instance() {
            return 0;
        }
    }
}
