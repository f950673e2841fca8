/**
 * What Nexus relies on in Apache Ratis, and what it must work around, held as tests against a toy state machine: run
 * them first when Ratis is upgraded. Several servers live in one JVM; each test owns its {@code Lab}. Not for use in
 * parallel, since Ratis' fault injection is one static table.
 */
@NullMarked
package io.nexus.api.ratislab;

import org.jspecify.annotations.NullMarked;
