/**
 * How steps travel to nodes that follow a segment, and whole segments to nodes that fell behind: bounded windows and
 * cursors instead of queues. Serving runs on one thread for the tails and a few for bulk, following on one writer
 * thread; nothing here blocks an event loop.
 */
@NullMarked
package io.nexus.api.feed;

import org.jspecify.annotations.NullMarked;
