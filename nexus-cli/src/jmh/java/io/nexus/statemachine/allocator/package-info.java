/** Benchmarks of what only the allocator itself may touch; beside it in the package, not in the jar. */
@NullMarked
package io.nexus.statemachine.allocator;

import org.jspecify.annotations.NullMarked;
