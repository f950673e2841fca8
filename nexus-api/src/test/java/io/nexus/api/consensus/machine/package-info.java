/** The state machine over the store, driven by real Raft servers in one JVM, with a toy engine. */
@NullMarked
package io.nexus.api.consensus.machine;

import org.jspecify.annotations.NullMarked;
