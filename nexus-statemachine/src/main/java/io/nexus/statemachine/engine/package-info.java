/**
 * The contract of a group's deterministic core, and the view of rows it works on. Called by one thread at a time;
 * no clock, no randomness, no I/O but the rows it is given.
 */
@NullMarked
package io.nexus.statemachine.engine;

import org.jspecify.annotations.NullMarked;
