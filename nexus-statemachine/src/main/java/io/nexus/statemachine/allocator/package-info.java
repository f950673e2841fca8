/**
 * The deterministic core of a segment: decides who gets, keeps and loses which address, and says which rows change. One
 * thread at a time, the group's updater; only {@code due} may be called beside it. No clock, no randomness, no I/O but
 * the rows it is given.
 */
@NullMarked
package io.nexus.statemachine.allocator;

import org.jspecify.annotations.NullMarked;
