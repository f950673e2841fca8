/** The gRPC face: decode, validate, call a service, map the answer. Runs on the event loop and never blocks it. */
@NullMarked
package io.nexus.api.grpc;

import org.jspecify.annotations.NullMarked;
