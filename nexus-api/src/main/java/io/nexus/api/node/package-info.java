/** Assembly of a node: what is started in which order, and closed in the reverse. */
@NullMarked
package io.nexus.api.node;

import org.jspecify.annotations.NullMarked;
