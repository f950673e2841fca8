package io.nexus.api.keyspace;

import com.fasterxml.jackson.databind.JsonNode;
import io.nexus.api.service.Holding;
import io.nexus.statemachine.model.PoolEntry;

/** How allocations and pools look as JSON. Pure. */
public interface Values {
    JsonNode allocation(Holding holding);

    /** Without its use. */
    JsonNode pool(PoolEntry pool);
}
