/** The {@code nexus} command: its entry, exit codes and error texts. One thread. */
@NullMarked
package io.nexus.cli;

import org.jspecify.annotations.NullMarked;
