package io.nexus.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.nexus.api.keyspace.Values;
import io.nexus.api.service.Holding;
import io.nexus.statemachine.model.PoolEntry;

/** Values of the key space in the dialect of /api/v1. */
public final class JsonValues implements Values {
    @Override
    public JsonNode allocation(Holding holding) {
        return ApiV1Json.allocation(holding);
    }

    @Override
    public JsonNode pool(PoolEntry pool) {
        return ApiV1Json.pool(pool);
    }
}
