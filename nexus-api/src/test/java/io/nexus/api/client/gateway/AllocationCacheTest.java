package io.nexus.api.client.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.v1.Allocation;
import io.nexus.api.v1.KeyValue;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class AllocationCacheTest {
    private static final long START = 1_790_000_000L;
    private static final Holder WALTER = Holder.of("walter", "p");

    private final AtomicLong seconds = new AtomicLong(START);
    private final AtomicLong nanos = new AtomicLong(5);
    private final AtomicInteger news = new AtomicInteger();
    private final AllocationCache cache =
            new AllocationCache(() -> Instant.ofEpochSecond(seconds.get()), nanos::get, news::incrementAndGet);

    private static Allocation lease(String subscriber, String ip, long generation, long leftSeconds) {
        return Allocation.newBuilder()
                .setSubscriberId(subscriber)
                .setPoolId("p")
                .setIp(ip)
                .setGeneration(generation)
                .setExpiresAt(leftSeconds == 0 ? 0 : START + leftSeconds)
                .build();
    }

    private void put(Allocation allocation) {
        cache.put(value(allocation), null);
    }

    private static KeyValue value(Allocation allocation) {
        return KeyValue.newBuilder()
                .setKey("/nexus/allocations/by-pool/p/" + allocation.getIp())
                .setAllocation(allocation)
                .build();
    }

    private void delete(Allocation previous) {
        cache.delete("/nexus/allocations/by-pool/p/" + previous.getIp(), value(previous));
    }

    private String address(Holder holder) {
        Cached found = cache.find(holder);
        return found == null ? "" : found.allocation().getIp();
    }

    @Test
    void snapshot_dropsWhatItDoesNotName() {
        cache.snapshotBegins();
        put(lease("walter", "10.0.0.1", 1, 60));
        put(lease("mary", "10.0.0.2", 1, 60));
        assertThat(cache.isCurrent()).as("before its end").isFalse();
        cache.snapshotEnds();
        assertThat(cache.isCurrent()).isTrue();

        cache.interrupted("gone");
        cache.snapshotBegins();
        put(lease("mary", "10.0.0.2", 1, 60));
        cache.given(lease("carol", "10.0.0.3", 1, 60));
        assertThat(address(WALTER)).as("still known until its end").isEqualTo("10.0.0.1");
        cache.snapshotEnds();
        assertThat(address(WALTER)).isEmpty();
        assertThat(address(Holder.of("mary", "p"))).isEqualTo("10.0.0.2");
        assertThat(address(Holder.of("carol", "p")))
                .as("given meanwhile by an answer that the snapshot is older than")
                .isEqualTo("10.0.0.3");
    }

    @Test
    void poolThatWasCreatedAgain_lateNewsOfItsFormerLifeChangeNothing() {
        Allocation former = lease("walter", "10.0.0.1", 9, 60);
        Allocation now = lease("mary", "10.0.0.1", 1, 60);
        cache.put(inLife(1, former), null);
        cache.put(inLife(2, now), null);
        assertThat(cache.findByAddress("p", "10.0.0.1").allocation().getSubscriberId())
                .isEqualTo("mary");

        cache.delete("/nexus/allocations/by-pool/p/10.0.0.1", inLife(1, former));
        cache.put(inLife(1, former), null);
        assertThat(cache.findByAddress("p", "10.0.0.1").allocation().getSubscriberId())
                .as("the segment of the former life tells late")
                .isEqualTo("mary");

        cache.delete("/nexus/allocations/by-pool/p/10.0.0.1", inLife(2, now));
        assertThat(cache.findByAddress("p", "10.0.0.1")).isNull();
    }

    private static KeyValue inLife(int instance, Allocation allocation) {
        return value(allocation).toBuilder().setInstance(instance).build();
    }

    @Test
    void oldNews_neverWinOverLaterAnswers() {
        Allocation first = lease("walter", "10.0.0.1", 1, 60);
        put(first);
        cache.ended(first);
        cache.given(lease("walter", "10.0.0.2", 3, 60));
        put(first);
        assertThat(address(WALTER)).as("the watch is behind").isEqualTo("10.0.0.2");
        delete(first);
        assertThat(address(WALTER)).isEqualTo("10.0.0.2");
        assertThat(cache.findByAddress("p", "10.0.0.1")).isNull();

        cache.given(lease("mary", "10.0.0.1", 5, 60));
        delete(first);
        assertThat(cache.findByAddress("p", "10.0.0.1").allocation().getSubscriberId())
                .isEqualTo("mary");
    }

    @Test
    void answerThatWasOvertaken_doesNotBringBackWhatEnded() {
        Allocation first = lease("walter", "10.0.0.1", 1, 60);
        put(first);
        delete(first);
        cache.given(lease("walter", "10.0.0.1", 1, 600));
        assertThat(address(WALTER)).as("a renewal from before the release").isEmpty();
        cache.given(lease("walter", "10.0.0.1", 3, 600));
        assertThat(address(WALTER)).isEqualTo("10.0.0.1");
    }

    @Test
    void renewal_isNotTakenBack() {
        put(lease("walter", "10.0.0.1", 1, 60));
        cache.given(lease("walter", "10.0.0.1", 1, 600));
        put(lease("walter", "10.0.0.1", 1, 60));
        assertThat(cache.find(WALTER).left()).isEqualTo(Duration.ofSeconds(600));
    }

    @Test
    void changeOfHands_evictsTheFormerHolder() {
        put(lease("walter", "10.0.0.1", 1, 60));
        put(lease("mary", "10.0.0.1", 3, 60));
        assertThat(address(WALTER)).isEmpty();
        assertThat(address(Holder.of("mary", "p"))).isEqualTo("10.0.0.1");
    }

    @Test
    void lease_isNotUsedBeyondItsEnd_permanentOnesAre() {
        put(lease("walter", "10.0.0.1", 1, 60));
        put(lease("mary", "10.0.0.2", 1, 0));
        seconds.addAndGet(59);
        assertThat(cache.find(WALTER).left()).isEqualTo(Duration.ofSeconds(1));
        seconds.addAndGet(1);
        assertThat(cache.find(WALTER)).isNull();
        assertThat(cache.find(Holder.of("mary", "p")).isPermanent()).isTrue();
    }

    @Test
    void age_isSaid_andGrowsWhileTheClusterIsAway() {
        put(lease("walter", "10.0.0.1", 1, 60));
        assertThat(cache.find(WALTER).ageMillis()).as("nobody said").isEqualTo(-1);
        cache.progress(250);
        assertThat(cache.find(WALTER).ageMillis()).isEqualTo(250);
        cache.interrupted("gone");
        nanos.addAndGet(Duration.ofSeconds(30).toNanos());
        assertThat(cache.find(WALTER).ageMillis()).isEqualTo(30_250);
        assertThat(cache.find(WALTER).connected()).isFalse();
        cache.progress(-1);
        assertThat(cache.find(WALTER).ageMillis()).isEqualTo(-1);
    }

    @Test
    void news_areTold() {
        cache.snapshotBegins();
        put(lease("walter", "10.0.0.1", 1, 60));
        cache.snapshotEnds();
        cache.progress(0);
        assertThat(news).hasValue(3);
    }
}
