package io.nexus.statemachine.storage;

/**
 * How the last run of a node left its records.
 *
 * @param incarnation under which it wrote; 0: there was none
 * @param clean false if it ended without saying so: it may have lost what was not durable
 */
public record RecordLife(long incarnation, boolean clean) {}
