/** Every metric name, label and help text, and their text format. Thread-safe. */
@NullMarked
package io.nexus.api.metrics;

import org.jspecify.annotations.NullMarked;
