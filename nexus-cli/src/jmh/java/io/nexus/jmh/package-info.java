/** Benchmarks of the parts that every call goes through, without processes and sockets. Run by the profile jmh. */
@NullMarked
package io.nexus.jmh;

import org.jspecify.annotations.NullMarked;
