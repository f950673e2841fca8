/** Real processes under faults: load with a recorded history, a nemesis, and the checks of the history. */
@NullMarked
package io.nexus.cli.system;

import org.jspecify.annotations.NullMarked;
