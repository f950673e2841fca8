/**
 * What a node stores as a tree of readable keys below {@code /nexus}: reading and listing with bounded work, from this
 * node's own store. Subtrees are plugged in; all of it is thread-safe, and whoever reads may block on disk.
 */
@NullMarked
package io.nexus.api.keyspace;

import org.jspecify.annotations.NullMarked;
