/**
 * The durable and wire form of commands, outcomes and records, coded by hand: compact, versioned, and bounded against
 * hostile input. Stateless functions: any thread may use them; a reader or writer object belongs to one thread.
 */
@NullMarked
package io.nexus.statemachine.codec;

import org.jspecify.annotations.NullMarked;
