/** The client library: a few nodes, one deadline, retries of what is safe. Depends on the wire types only. */
@NullMarked
package io.nexus.api.client;

import org.jspecify.annotations.NullMarked;
