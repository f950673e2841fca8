/** How steps travel to nodes that follow a segment, and whole segments to nodes that fell behind. Bounded windows, cursors instead of queues. */
@NullMarked
package io.nexus.api.feed;

import org.jspecify.annotations.NullMarked;
