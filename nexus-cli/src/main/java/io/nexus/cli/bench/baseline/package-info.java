/**
 * Ratios that must not get worse: measured in one run on one machine, so that they mean something on another, and compared
 * with those that are kept in the repository. One thread.
 */
@NullMarked
package io.nexus.cli.bench.baseline;

import org.jspecify.annotations.NullMarked;
