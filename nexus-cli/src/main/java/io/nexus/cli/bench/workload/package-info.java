/**
 * What can be measured of a cluster: each workload prepares its pools, runs one or more phases and says what it found.
 * A workload runs on one thread; its calls end on network threads.
 */
@NullMarked
package io.nexus.cli.bench.workload;

import org.jspecify.annotations.NullMarked;
