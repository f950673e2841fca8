package io.nexus.api.watch;

import io.nexus.api.error.Problem;
import org.jspecify.annotations.Nullable;

/**
 * The transport's side of one watch. Called on the serving thread only, one call at a time; nothing may block. Whoever
 * implements it tells the {@link Watches.Watch} when it may be ready again.
 */
public interface WatchSink {
    /** Whether it takes another event now without keeping it in a queue of its own. */
    boolean ready();

    /** @param token to go on after this event; "" if there is none yet */
    void send(WatchEvent event, String token);

    /** Nothing follows. {@code why} is null where the last event said it. */
    void end(@Nullable Problem why);
}
