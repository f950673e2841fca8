/** Consistent hashing and placement of segments: pure functions of the roster. */
@NullMarked
package io.nexus.api.ring;

import org.jspecify.annotations.NullMarked;
