/** One class for each subcommand: options, the call, what is shown. One thread. */
@NullMarked
package io.nexus.cli.command;

import org.jspecify.annotations.NullMarked;
