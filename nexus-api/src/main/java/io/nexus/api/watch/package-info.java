/**
 * Watches: what subscribers of this API follow, out of a window of recent changes for each segment. A watcher is a
 * cursor. All watchers' state belongs to one serving thread; snapshots are read on a few threads that may block on disk;
 * the streams' writers only append and wake.
 */
@NullMarked
package io.nexus.api.watch;

import org.jspecify.annotations.NullMarked;
