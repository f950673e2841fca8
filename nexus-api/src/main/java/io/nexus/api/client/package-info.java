/**
 * The client library: the nodes of a cluster behind one object, one deadline per call, retries of what is safe, writes
 * straight to the owner. Depends on the wire types only. Thread-safe throughout; calls never block, and end on network
 * threads or the client's own timer ({@code nexus-client-timer}). Names are looked up on {@code nexus-client-names}.
 */
@NullMarked
package io.nexus.api.client;

import org.jspecify.annotations.NullMarked;
