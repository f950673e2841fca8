/**
 * A real cluster of processes on loopback, and the tour through it that {@code scripts/quickstart} gives. The tour runs
 * on one thread; what it measures in the background says so.
 */
@NullMarked
package io.nexus.cli.demo;

import org.jspecify.annotations.NullMarked;
