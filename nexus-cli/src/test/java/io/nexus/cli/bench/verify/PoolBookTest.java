package io.nexus.cli.bench.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.v1.Allocation;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each kind of broken answer is found, and none in answers that are right. */
class PoolBookTest {
    private final Verdict verdict = new Verdict();
    private final PoolBook book = new PoolBook("p", "space", 10L << 24, 256, "s", 100, verdict);

    private static Allocation answer(String subscriber, String pool, String ip, int length) {
        return Allocation.newBuilder()
                .setSubscriberId(subscriber)
                .setPoolId(pool)
                .setIp(ip)
                .setPrefixLength(length)
                .build();
    }

    private static Allocation answer(String subscriber, String ip) {
        return answer(subscriber, "p", ip, 32);
    }

    private void violated(String... parts) {
        assertThat(verdict.violations()).isEqualTo(1);
        assertThat(verdict.first()).singleElement().asString().contains(parts);
    }

    @Test
    void rightAnswers_areCounted() {
        book.granted(1, answer("s1", "10.0.0.2"));
        book.granted(1, answer("s1", "10.0.0.2"));
        book.granted(2, answer("s2", "10.0.0.255"));
        book.found(1, List.of(answer("s1", "10.0.0.2")));
        book.nobody("s3", List.of());
        assertThat(book.address(2)).isEqualTo("10.0.0.255");
        assertThat(verdict).hasToString("verified 5 answers, 0 violations");
    }

    @Test
    void oneAddressForTwo_isFound() {
        book.granted(1, answer("s1", "10.0.0.9"));
        book.granted(2, answer("s2", "10.0.0.9"));
        violated("10.0.0.9", "s1", "s2");
    }

    @Test
    void anotherAddressOnRepeat_isFound() {
        book.granted(1, answer("s1", "10.0.0.9"));
        book.granted(1, answer("s1", "10.0.0.10"));
        violated("s1", "10.0.0.9", "10.0.0.10");
    }

    @Test
    void anAddressThatWasGivenBack_mayBeGivenToAnother() {
        book.granted(1, answer("s1", "10.0.0.9"));
        book.letGo(1);
        book.granted(2, answer("s2", "10.0.0.9"));
        book.granted(1, answer("s1", "10.0.0.10"));
        assertThat(verdict.violations()).isZero();
        assertThat(book.holding()).isZero(); // nobody was entered
    }

    @Test
    void addressesOutsideOfThePool_areFound() {
        for (String ip : List.of("10.0.1.0", "9.255.255.255", "192.0.2.1", "2001:db8::1", "10.0.0", "")) {
            long before = verdict.violations();
            book.granted(1, answer("s1", ip));
            assertThat(verdict.violations()).as(ip).isEqualTo(before + 1);
        }
        book.granted(1, answer("s1", "p", "10.0.0.2", 24));
        assertThat(verdict.violations()).isEqualTo(7);
    }

    @Test
    void answersForSomebodyElseOrAnotherPool_areFound() {
        book.granted(1, answer("s2", "10.0.0.2"));
        violated("s1", "s2");
        book.granted(1, answer("s1", "q", "10.0.0.2", 32));
        assertThat(verdict.violations()).isEqualTo(2);
    }

    @Test
    void wrongLookups_areFound() {
        book.granted(1, answer("s1", "10.0.0.2"));
        book.found(1, List.of());
        book.found(1, List.of(answer("s1", "10.0.0.3")));
        book.found(1, List.of(answer("s7", "10.0.0.2")));
        book.nobody("s8", List.of(answer("s8", "10.0.0.4")));
        assertThat(verdict.violations()).isEqualTo(4);
    }
}
