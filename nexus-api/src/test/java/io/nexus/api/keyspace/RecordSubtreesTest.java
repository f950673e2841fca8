package io.nexus.api.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.keyspace.ChangeSource.Changes;
import io.nexus.api.keyspace.ChangeSource.KeyChange;
import io.nexus.api.keyspace.ChangeSource.Lost;
import io.nexus.api.metrics.Meters;
import io.nexus.api.records.RecordMetrics;
import io.nexus.api.records.RecordSettings;
import io.nexus.api.records.Records;
import io.nexus.api.service.RecordKind;
import io.nexus.api.service.RecordService;
import io.nexus.statemachine.storage.InMemoryRecordDisk;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RecordSubtreesTest {
    private final Records records = new Records(new Records.Setup(
            new InMemoryRecordDisk(),
            "00000000-0000-4000-8000-000000000001",
            new RecordSettings(Duration.ofSeconds(5), Duration.ofMillis(500)),
            new RecordMetrics(new Meters()),
            InstantSource.system(),
            failure -> {
                throw new AssertionError(failure);
            }));
    private final RecordService service = new RecordService(records, Runnable::run, () -> true);
    private final Subtree subscribers = RecordSubtrees.of(records).get(0);
    private final Subtree devices = RecordSubtrees.of(records).get(1);

    @AfterEach
    void close() {
        records.close();
    }

    private void put(RecordKind kind, String id, String field, String value) {
        service.put(kind, id, Map.of(field, value), "", System.nanoTime() + 10_000_000_000L)
                .join();
    }

    @Test
    void subscribers_haveTwoLeaves_andArePaged() {
        put(RecordKind.SUBSCRIBER, "olt/1", "name", "Ann");
        put(RecordKind.SESSION, "olt/1", "bng_id", "b1");
        put(RecordKind.SESSION, "a", "bng_id", "b2");
        put(RecordKind.SUBSCRIBER, "z", "name", "Zoe");
        put(RecordKind.DEVICE, "ont-1", "serial", "S1");
        assertThat(names(subscribers.list(List.of(), "", 10))).containsExactly("a", "olt/1", "z");
        Subtree.Page first = subscribers.list(List.of(), "", 2);
        assertThat(names(first)).containsExactly("a", "olt/1");
        assertThat(names(subscribers.list(List.of(), Objects.requireNonNull(first.next()), 2)))
                .containsExactly("z");
        assertThat(names(subscribers.list(List.of("olt/1"), "", 10))).containsExactly("config", "session");
        assertThat(names(subscribers.list(List.of("a"), "", 10))).containsExactly("session");
        assertThat(subscribers
                        .get(List.of("olt/1", "config"))
                        .json()
                        .path("name")
                        .asText())
                .isEqualTo("Ann");
        assertThat(subscribers.get(List.of("a", "config")).json()).isNull();
        assertThat(names(devices.list(List.of(), "", 10))).containsExactly("ont-1");
        assertThat(devices.get(List.of("ont-1")).json().path("serial").asText()).isEqualTo("S1");
    }

    private static List<String> names(Subtree.Page page) {
        return page.children().stream().map(Subtree.Child::name).toList();
    }

    @Test
    void changes_areWhole_andOnlyOfTheSubtree() {
        ChangeSource source = Objects.requireNonNull(subscribers.changes());
        AtomicInteger woken = new AtomicInteger();
        source.addWake(woken::incrementAndGet);
        String start = source.position();
        put(RecordKind.SUBSCRIBER, "s", "name", "Ann");
        put(RecordKind.DEVICE, "d", "serial", "S1");
        put(RecordKind.SUBSCRIBER, "s", "name", "Bob");
        service.delete(RecordKind.SUBSCRIBER, "s", "", System.nanoTime() + 10_000_000_000L)
                .join();
        Changes changes = (Changes) source.read(start, 10);
        assertThat(changes.changes()).extracting(KeyChange::path).containsOnly(List.of("s", "config"));
        assertThat(changes.changes())
                .extracting(change -> change.json() == null
                        ? "gone"
                        : change.json().path("name").asText())
                .containsExactly("Ann", "Bob", "gone");
        assertThat(changes.changes().get(2).previous().path("name").asText()).isEqualTo("Bob");
        assertThat(changes.next()).isEqualTo(source.position());
        assertThat(woken.get()).isGreaterThanOrEqualTo(4);
        Changes one = (Changes) source.read(start, 1);
        assertThat(one.changes()).hasSize(1);
        assertThat(((Changes) source.read(one.next(), 10)).changes()).hasSize(2);
        assertThat(((Changes) source.read(changes.next(), 10)).changes()).isEmpty();
    }

    @Test
    void positionOfAnotherRun_isLost() {
        ChangeSource source = Objects.requireNonNull(subscribers.changes());
        String elsewhere = Objects.requireNonNull(devices.changes()).position();
        assertThat(source.read(elsewhere, 10)).isInstanceOf(Lost.class);
        assertThat(source.read("x", 10)).isInstanceOf(Lost.class);
        assertThat(source.read(source.position() + "9", 10)).isInstanceOf(Lost.class);
    }
}
