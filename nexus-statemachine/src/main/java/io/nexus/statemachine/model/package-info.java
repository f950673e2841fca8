/** The words of the domain as validated records and enums. Immutable: any thread may use them. */
@NullMarked
package io.nexus.statemachine.model;

import org.jspecify.annotations.NullMarked;
