/**
 * The algebra of the CLSet: positions in a stream, tokens, digests and the steps that carry rows from the log to every
 * node. Pure values: no threads, clocks, sockets or logging; any thread may use them.
 */
@NullMarked
package io.nexus.crdt;

import org.jspecify.annotations.NullMarked;
