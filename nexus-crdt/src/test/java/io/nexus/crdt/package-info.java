/** Tests of the read side's core: codecs, the window of steps, and the replica protocol under a seeded simulation. */
@NullMarked
package io.nexus.crdt;

import org.jspecify.annotations.NullMarked;
