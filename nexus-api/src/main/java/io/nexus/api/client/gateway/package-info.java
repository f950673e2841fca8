/**
 * What a gateway keeps of the cluster so that its customers do not notice when the cluster is away: a cache that a watch
 * feeds, leases that are renewed in time, and a bounded queue of what could not be done. Thread-safe; nothing blocks.
 * State is touched under the lock of its class, which is never held while foreign code runs.
 */
@NullMarked
package io.nexus.api.client.gateway;

import org.jspecify.annotations.NullMarked;
