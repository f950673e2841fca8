package io.nexus.api.http;

import io.nexus.api.error.Problem;
import io.nexus.api.watch.WatchEvent;
import io.nexus.api.watch.WatchSink;
import io.nexus.api.watch.Watches;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;
import org.jspecify.annotations.Nullable;

/**
 * One stream of server-sent events: one write under way, and behind it no more than the last words. Never blocks: what
 * goes on after a write runs on Jetty's threads and only says so.
 */
final class WatchConnection implements WatchSink {
    private static final String GREETING = "retry: 1000\n\n";

    private final Response response;
    private final Callback callback;
    private final StringBuilder waiting = new StringBuilder(GREETING);
    private Watches.@Nullable Watch watch;
    private boolean writing;
    private boolean ending;
    private boolean over;

    WatchConnection(Response response, Callback callback) {
        this.response = response;
        this.callback = callback;
        response.setStatus(200);
        response.getHeaders()
                .put(HttpHeader.CONTENT_TYPE, "text/event-stream;charset=utf-8")
                .put(HttpHeader.CACHE_CONTROL, "no-store")
                .put("X-Accel-Buffering", "no"); // proxies would collect events otherwise
    }

    /** The head goes out at once, so that the client knows that it is connected. */
    void open(Watches.Watch opened) {
        boolean gone;
        synchronized (this) {
            watch = opened;
            gone = over;
        }
        if (gone) {
            opened.cancel();
        } else {
            write();
            opened.ready();
        }
    }

    @Override
    public synchronized boolean ready() {
        return watch != null && !writing && !ending && !over && waiting.isEmpty();
    }

    synchronized boolean isWriting() {
        return writing;
    }

    @Override
    public void send(WatchEvent event, String token) {
        append(WatchText.of(event, token), false);
    }

    @Override
    public void end(@Nullable Problem why) {
        append(why == null ? "" : WatchText.end(why), true);
    }

    private void append(String text, boolean last) {
        synchronized (this) {
            waiting.append(text);
            ending |= last;
        }
        write();
    }

    private void write() {
        ByteBuffer bytes;
        boolean last;
        synchronized (this) {
            if (writing || over || (waiting.isEmpty() && !ending)) {
                return;
            }
            writing = true;
            last = ending;
            over = last;
            bytes = ByteBuffer.wrap(waiting.toString().getBytes(StandardCharsets.UTF_8));
            waiting.setLength(0);
        }
        response.write(last, bytes, last ? callback : new Written());
    }

    private final class Written implements Callback {
        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }

        @Override
        public void succeeded() {
            Watches.Watch open;
            synchronized (WatchConnection.this) {
                writing = false;
                open = watch;
            }
            write();
            if (open != null) {
                open.ready();
            }
        }

        @Override
        public void failed(Throwable cause) {
            Watches.Watch open;
            synchronized (WatchConnection.this) {
                over = true;
                open = watch;
            }
            if (open != null) {
                open.cancel();
            }
            callback.failed(cause);
        }
    }
}
