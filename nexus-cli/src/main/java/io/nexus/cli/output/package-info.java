/** How results look: tables for people, JSON for scripts, progress for waiting. One thread unless a class says more. */
@NullMarked
package io.nexus.cli.output;

import org.jspecify.annotations.NullMarked;
