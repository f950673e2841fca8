package io.nexus.api.client.call;

import java.time.Duration;

/**
 * How calls are tried.
 *
 * @param attemptTimeout for one node to answer before the next is asked, where there are others
 * @param underWayMax calls at a time; more are refused at once
 * @param hedgeShare of the lookups that may be sent to a second node when the first is slow, 0 to 1; 0: none
 */
public record CallRules(Duration attemptTimeout, int underWayMax, double hedgeShare) {}
