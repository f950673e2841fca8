/**
 * One call with all its attempts: what each failure means, which may be repeated, and when. Attempts run on the caller's
 * thread or the client's timer, their ends come on network threads; nothing blocks.
 */
@NullMarked
package io.nexus.api.client.call;

import org.jspecify.annotations.NullMarked;
