/**
 * The adapter between Apache Ratis and the engines: decodes entries, applies them, commits the step, publishes it.
 * Runs on the group's updater thread; with {@code io.nexus.api.consensus} the only package that knows Ratis.
 */
@NullMarked
package io.nexus.statemachine.ratis;

import org.jspecify.annotations.NullMarked;
