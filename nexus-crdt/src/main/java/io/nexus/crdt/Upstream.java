package io.nexus.crdt;

import org.jspecify.annotations.Nullable;

/**
 * A peer that a stream may be followed from.
 *
 * @param head where the peer's store was last heard to be; null if not known
 * @param member of the segment's Raft group: its branch is the right one
 */
public record Upstream(String peer, @Nullable Cursor head, boolean member) {}
