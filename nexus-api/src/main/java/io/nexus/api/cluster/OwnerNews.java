package io.nexus.api.cluster;

/** Hears from heartbeats who leads a segment in a term. Called often, with old news too; must not block or throw. */
@FunctionalInterface
public interface OwnerNews {
    void owner(int segment, long term, String nodeId);
}
