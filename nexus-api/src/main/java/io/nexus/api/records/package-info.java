/**
 * Records that every node writes: the replica with its one writer thread, and how replicas hear of each other on the peer
 * port. Calls from outside never block; futures complete on the writer thread or on reading threads.
 */
@NullMarked
package io.nexus.api.records;

import org.jspecify.annotations.NullMarked;
