package io.nexus.api.watch;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A watcher's cursor in one stream or subtree. Serving thread only; the scan is read elsewhere. */
interface WatchPart {
    /** Begins with what there is now. */
    void snapshot();

    /** The next changes in order: about so many, none if there is nothing to tell now. */
    List<WatchChange> changes(int max) throws Fallen;

    /** What is still to be read of what there was when {@link #snapshot} was called; null: nothing. */
    @Nullable
    Scan scan();

    /** All pages of the scan were told. */
    void scanned(long seq);

    /** True if everything up to a place in the stream has been told, that of the resumed token included. */
    boolean settled() throws Fallen;

    /** Up to where the watcher has seen everything; only while it is settled. */
    void mark(TokenDraft draft);

    /** Steps that wait to be told. */
    long lag();

    void close();

    /** Collects the places of a token. */
    interface TokenDraft {
        void place(int stream, WatchToken.Place place);

        void source(String name, String position);
    }

    /** The part cannot go on from where it is. */
    final class Fallen extends Exception {
        private static final long serialVersionUID = 1;
        private final WatchEvent.Cause cause;

        Fallen(WatchEvent.Cause cause, @Nullable String message) {
            super(message, null, false, false);
            this.cause = cause;
        }

        WatchEvent.Cause why() {
            return cause;
        }
    }
}
