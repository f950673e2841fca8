/**
 * The cluster under test as the bench reaches it: its nodes, raw connections to them, the pools made for a run, and what
 * the nodes say of their CPU time. Calls may be started on any thread; answers come on network threads.
 */
@NullMarked
package io.nexus.cli.bench.fleet;

import org.jspecify.annotations.NullMarked;
