/**
 * From a command to a decided outcome: the groups on this node, batching on the owner, forwarding to it. With
 * {@code io.nexus.statemachine.ratis} the only package that knows Ratis. Nothing here blocks a caller's thread.
 */
@NullMarked
package io.nexus.api.consensus;

import org.jspecify.annotations.NullMarked;
