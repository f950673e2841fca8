/** The read side between real gRPC servers in one JVM, with stores in the heap. */
@NullMarked
package io.nexus.api.feed;

import org.jspecify.annotations.NullMarked;
