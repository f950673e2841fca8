package io.nexus.api.watch;

import org.jspecify.annotations.Nullable;

/**
 * What happened to one key.
 *
 * @param now null: the key is gone
 * @param before what was there, where it is gone or belongs to somebody else now; null if there was nothing, or if it is
 *     not known
 */
public record WatchChange(
        String key, @Nullable Watched now, @Nullable Watched before) {
    static WatchChange of(@Nullable Watched now, @Nullable Watched before) {
        Watched any = now != null ? now : before;
        if (any == null) {
            throw new IllegalArgumentException("a change of nothing");
        }
        return new WatchChange(any.key(), now, before);
    }

    /** See {@link Watched#instance}. */
    public int instance() {
        Watched any = now != null ? now : before;
        return any == null ? 0 : any.instance();
    }

    /** The same as somebody sees it who watches only some keys; null if he does not see it at all. */
    @Nullable
    WatchChange seenBy(WatchFilter filter) {
        Watched current = now;
        Watched past = before;
        if (current != null && filter.wants(current)) {
            return this;
        }
        return past != null && filter.wants(past) ? new WatchChange(key, null, past) : null;
    }
}
