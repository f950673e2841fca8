/**
 * Follows the cluster's changes from any node and goes on elsewhere when that one ends. What is heard is told on one
 * network thread at a time; nothing may block there.
 */
@NullMarked
package io.nexus.api.client.watch;

import org.jspecify.annotations.NullMarked;
