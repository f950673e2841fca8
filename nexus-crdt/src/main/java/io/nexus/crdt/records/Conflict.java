package io.nexus.crdt.records;

/**
 * Two writes of a record of which neither writer had seen the other.
 *
 * @param detectedMillis when this replica met both, by its clock; milliseconds since the epoch
 * @param loser whole, so that what was overwritten can be read
 */
public record Conflict(long detectedMillis, long winnerHlc, Dot winner, Revision loser) {}
