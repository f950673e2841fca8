package io.nexus.api.consensus;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.protocol.ClientId;

/**
 * Names of this process' requests to Ratis: one client id for each start, and call ids that are never used twice, since
 * a repeated one would be answered from Ratis' retry cache. Thread-safe.
 */
final class RequestIds {
    private final ClientId client = ClientId.randomId();
    private final AtomicLong calls = new AtomicLong();

    ClientId client() {
        return client;
    }

    long next() {
        return calls.incrementAndGet();
    }
}
