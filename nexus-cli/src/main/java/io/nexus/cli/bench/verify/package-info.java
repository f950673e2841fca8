/** Holds the answers of a run to the promises: one address to one subscriber, of the right pool. Thread-safe. */
@NullMarked
package io.nexus.cli.bench.verify;

import org.jspecify.annotations.NullMarked;
