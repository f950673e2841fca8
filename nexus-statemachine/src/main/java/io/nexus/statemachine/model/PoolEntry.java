package io.nexus.statemachine.model;

/**
 * One life of a pool id, as the catalogue (meta group) recorded it.
 *
 * @param instance issued by the catalogue, never reused, from 1
 * @param segment the segment whose group decides about its addresses, from 1
 * @param revision how often it was changed since it was created
 */
public record PoolEntry(PoolSpec spec, int instance, int segment, int revision) {
    /** As it was created. */
    public PoolEntry(PoolSpec spec, int instance, int segment) {
        this(spec, instance, segment, 0);
    }
}
