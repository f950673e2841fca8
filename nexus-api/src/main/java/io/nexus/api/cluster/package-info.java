/**
 * Who is in the cluster and who is alive: node identity, first bootstrap, roster and seats, heartbeats, proof of
 * leadership. State changes on two threads, one for heartbeats and proofs that never blocks, one for founding, seats
 * and the disk; views are immutable snapshots for any thread.
 */
@NullMarked
package io.nexus.api.cluster;

import org.jspecify.annotations.NullMarked;
