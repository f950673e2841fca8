/** The rules of the whole code base, executed. */
@NullMarked
package io.nexus.architecture;

import org.jspecify.annotations.NullMarked;
