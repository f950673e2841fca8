/**
 * The nodes that a client knows: one connection each, how they have been doing, and which one to ask next. Thread-safe;
 * nothing here blocks but the look-up of names, which has a thread of its own.
 */
@NullMarked
package io.nexus.api.client.node;

import org.jspecify.annotations.NullMarked;
