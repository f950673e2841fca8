/** From a reason to what a caller sees: one table for gRPC and HTTP. Stateless. */
@NullMarked
package io.nexus.api.error;

import org.jspecify.annotations.NullMarked;
