package io.nexus.api.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nexus.api.error.ProblemException;
import io.nexus.api.service.Lookups.Answer;
import io.nexus.api.service.Lookups.Demand;
import io.nexus.crdt.Step;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Reason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Two pools in two segments, known to all nodes of the lab. */
abstract class LookupFixture {
    static final PoolEntry V4 = TestLog.pool("v4", "100.64.0.0/24", 1, 1);
    static final PoolEntry V6 = TestLog.pool("v6", "2001:db8::/40", 2, 2);

    final LookupLab lab = new LookupLab();
    final LookupLab.Node a = lab.node("a");
    final LookupLab.Node b = lab.node("b");
    final LookupLab.Node c = lab.node("c");
    final TestLog one = new TestLog(1, a.store, a.listener);
    final TestLog two = new TestLog(2, b.store, b.listener);
    final TestLog meta = new TestLog(0, a.store, a.listener);

    @BeforeEach
    void openPools() {
        Step v4 = one.open(V4);
        b.copy(v4);
        c.copy(v4);
        Step v6 = two.open(V6);
        a.copy(v6);
        c.copy(v6);
        for (PoolEntry pool : new PoolEntry[] {V4, V6}) {
            Step entered = meta.enter(pool);
            b.copy(entered);
            c.copy(entered);
        }
    }

    @AfterEach
    void closeLab() throws InterruptedException {
        lab.close();
    }

    /** For what cannot be answered: it is tried until then. */
    static long inHalfASecond() {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500);
    }

    static long soon() {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    }

    static Answer bySubscriber(LookupLab.Node node, String subscriber, String pool, Demand demand) {
        return join(node.lookups.bySubscriber(subscriber, pool, demand, soon()));
    }

    static Answer byAddress(LookupLab.Node node, io.nexus.statemachine.model.Prefix address, Demand demand) {
        return join(node.lookups.byAddress("default", address, demand, soon()));
    }

    static Answer join(CompletableFuture<Answer> answer) {
        return answer.orTimeout(60, TimeUnit.SECONDS).join();
    }

    static AbstractThrowableAssert<?, ? extends Throwable> assertProblem(
            CompletableFuture<Answer> answer, Reason reason) {
        return assertThatThrownBy(() -> {
                    try {
                        join(answer);
                    } catch (CompletionException e) {
                        throw e.getCause() == null ? e : e.getCause();
                    }
                })
                .isInstanceOf(ProblemException.class)
                .satisfies(e ->
                        assertThat(((ProblemException) e).problem().reason()).isEqualTo(reason));
    }
}
