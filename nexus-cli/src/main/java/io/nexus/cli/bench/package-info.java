/**
 * The measuring instrument, {@code nexus bench}: runs a workload against a cluster that exists or that it brings along,
 * holds every answer to the promises, and reports. A run is driven by one thread; calls end on network threads.
 */
@NullMarked
package io.nexus.cli.bench;

import org.jspecify.annotations.NullMarked;
