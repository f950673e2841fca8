/**
 * The meta group's engine: the cluster's plan and the catalogue of pools. Pure and deterministic; called by one thread
 * at a time. Its rows are PLAN, ENTRY and NEXT_INSTANCE, see {@link io.nexus.statemachine.catalogue.CatalogueKeys}.
 */
@NullMarked
package io.nexus.statemachine.catalogue;

import org.jspecify.annotations.NullMarked;
