/**
 * Generates load against anything that completes calls by callback, and measures it: open loop by a schedule, closed
 * loop by a number of calls in flight. Completions may come on any thread; results are read when the run has ended.
 */
@NullMarked
package io.nexus.cli.bench.load;

import org.jspecify.annotations.NullMarked;
