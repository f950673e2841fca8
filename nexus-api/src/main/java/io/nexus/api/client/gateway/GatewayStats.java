package io.nexus.api.client.gateway;

/**
 * A gateway as it is now.
 *
 * @param cached allocations in the cache
 * @param current a watch is followed and the cache is complete
 * @param kept leases that are renewed
 * @param queued requests that wait for the cluster
 * @param refused requests refused since the start because the queue was full
 */
public record GatewayStats(int cached, boolean current, int kept, int queued, long refused) {}
