package io.nexus.statemachine.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nexus.crdt.Digest;
import io.nexus.crdt.Position;
import io.nexus.statemachine.storage.InMemoryNodeStore;
import io.nexus.statemachine.storage.SegmentStore;
import io.nexus.statemachine.storage.SegmentStore.Install;
import io.nexus.statemachine.storage.StorageFailure;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CatchUpTest {
    private final InMemoryNodeStore node = new InMemoryNodeStore((key, value) -> OptionalLong.empty());
    private final SegmentStore store = node.segment(1);
    private final List<Throwable> fatal = new CopyOnWriteArrayList<>();
    private final List<Long> asked = new CopyOnWriteArrayList<>();
    private volatile Source source = minIndex -> minIndex;
    private final CatchUp catchUp = new CatchUp(1, store, this::pull, node::flush, fatal::add);

    @AfterEach
    void close() {
        catchUp.close();
    }

    private void pull(int segment, long minIndex, SegmentStore into) throws Exception {
        asked.add(minIndex);
        long index = source.pull(minIndex);
        try (Install install = into.install()) {
            install.finish(at(index));
        }
    }

    private static Position at(long index) {
        return new Position(1, 1, 7, index, 1, index, 0, Digest.ZERO, 0);
    }

    /** @return the index at which the pulled rows are */
    private interface Source {
        long pull(long minIndex) throws Exception;
    }

    @Test
    void require_whereTheStoreIs_onlyFlushes() {
        store.commit(Position.start(1, 1, 7).atLog(1, 10, 0), List.of());
        catchUp.require(10);
        assertThat(catchUp.await(() -> false)).isTrue();
        assertThat(catchUp.pending()).isFalse();
        assertThat(asked).isEmpty();
        assertThat(store.flushedPosition()).isEqualTo(store.position());
    }

    @Test
    void require_afterClose_staysPending() {
        catchUp.close();
        catchUp.require(10);
        assertThat(catchUp.pending())
                .as("nothing may be applied without the rows")
                .isTrue();
        assertThat(catchUp.await(() -> true)).isFalse();
        assertThat(asked).isEmpty();
    }

    @Test
    void require_ahead_pullsUntilASourceIsFarEnough() {
        source = minIndex -> {
            switch (asked.size()) {
                case 1 -> throw new IOException("nobody there");
                case 2 -> throw new IllegalStateException("bad rows");
                case 3 -> {
                    return minIndex - 1;
                }
                default -> {
                    return minIndex + 5;
                }
            }
        };
        catchUp.require(20);
        assertThat(catchUp.await(() -> false)).isTrue();
        assertThat(store.position()).isEqualTo(at(25));
        assertThat(asked).containsExactly(20L, 20L, 20L, 20L);
        assertThat(catchUp.pending()).isFalse();
        assertThat(fatal).isEmpty();
    }

    @Test
    void require_furtherWhilePulling_pullsAgain() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        source = minIndex -> {
            go.await();
            return minIndex;
        };
        catchUp.require(20);
        await("the pull").until(() -> !asked.isEmpty());
        catchUp.require(40);
        catchUp.require(30);
        go.countDown();
        assertThat(catchUp.await(() -> false)).isTrue();
        assertThat(store.position()).isEqualTo(at(40));
        assertThat(asked).containsExactly(20L, 40L);

        catchUp.require(50);
        assertThat(catchUp.await(() -> false)).isTrue();
        assertThat(store.position()).isEqualTo(at(50));
    }

    @Test
    void distrustedRows_arePulledAnew_thoughTheStoreIsWhereItHasToBe() {
        catchUp.require(20);
        assertThat(catchUp.await(() -> false)).isTrue();
        assertThat(catchUp.renewDistrusted(20)).as("nothing is wrong").isFalse();
        source = minIndex -> {
            if (asked.size() == 2) {
                throw new IOException("nobody there");
            }
            return 20;
        };
        catchUp.distrust();
        assertThat(catchUp.pending()).as("until the writer lets go").isFalse();
        assertThat(catchUp.renewDistrusted(20)).isTrue();
        assertThat(catchUp.await(() -> false)).isTrue();
        assertThat(asked).as("any index will do, at this seq").containsExactly(20L, 0L, 0L);
        assertThat(catchUp.pending()).isFalse();
        assertThat(catchUp.renewDistrusted(20)).isFalse();
    }

    @Test
    void await_whileClosing_givesUpAndEndsThePull() {
        CountDownLatch ended = new CountDownLatch(1);
        source = minIndex -> {
            try {
                new CountDownLatch(1).await();
                return minIndex;
            } finally {
                ended.countDown();
            }
        };
        catchUp.require(20);
        assertThat(catchUp.await(() -> !asked.isEmpty())).isFalse();
        assertThat(ended.getCount()).isZero();
        assertThat(catchUp.pending()).as("the rows are still not there").isTrue();
        catchUp.require(30);
        assertThat(asked).hasSize(1);
    }

    @Test
    void close_whileBackingOff_endsAtOnce() throws Exception {
        source = minIndex -> {
            throw new IOException("nobody there");
        };
        catchUp.require(20);
        CompletableFuture<Boolean> waiter = CompletableFuture.supplyAsync(() -> catchUp.await(() -> false));
        await("some attempts").until(() -> asked.size() > 2);
        catchUp.close();
        assertThat(waiter.get(30, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void storageFailure_isFatalAndNotRepeated() {
        source = minIndex -> {
            node.breakDown();
            return minIndex;
        };
        catchUp.require(20);
        assertThatThrownBy(() -> catchUp.await(() -> false)).hasCauseInstanceOf(StorageFailure.class);
        assertThat(fatal).hasSize(1);
        assertThat(asked).hasSize(1);
    }
}
