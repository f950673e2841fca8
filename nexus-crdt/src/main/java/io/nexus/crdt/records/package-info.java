/**
 * Records that several nodes write: last writer wins by hybrid logical clock, version vectors tell what is known and
 * detect what was written at once. Pure: no threads, clocks, sockets or logging; driven by one thread.
 */
@NullMarked
package io.nexus.crdt.records;

import org.jspecify.annotations.NullMarked;
