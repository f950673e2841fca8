package io.nexus.api.service;

import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.PoolEntry;
import org.jspecify.annotations.Nullable;

/**
 * An allocation with what a gateway needs besides.
 *
 * @param pool null while this node does not know the pool
 */
public record Holding(Allocation allocation, @Nullable PoolEntry pool) {}
