/** What can be asked of a group's state machine, and what it answers. Immutable: any thread may use them. */
@NullMarked
package io.nexus.statemachine.command;

import org.jspecify.annotations.NullMarked;
