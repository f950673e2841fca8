package io.nexus.api.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ValueKindTest {
    private final ValueKind duration = ValueKind.duration("100ms", "1h");
    private final ValueKind size = ValueKind.bytes("1MiB", "10GiB");

    @ParameterizedTest
    @ValueSource(strings = {"5", "s", "5 s", "-5s", "5S", "1.5s", "99ms", "2h", "999999999999h", "5d", ""})
    void badDuration_saysWhatIsExpected(String text) {
        assertThat(duration.read().apply(text).problem()).startsWith("expected a duration");
    }

    @Test
    void duration_isRead() {
        assertThat(duration.read().apply("100ms").value()).isEqualTo(Duration.ofMillis(100));
        assertThat(duration.read().apply("60m").value()).isEqualTo(Duration.ofHours(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"64", "64MB", "1KiB", "11GiB", "9999999999GiB", "mib"})
    void badSize_saysWhatIsExpected(String text) {
        assertThat(size.read().apply(text).problem()).startsWith("expected a size");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9000",
                "host",
                ":99999",
                ":-1",
                "a b:1",
                "::1:9000:",
                "[::1]",
                "[x]:1",
                "http://x:1",
                "a:1:2",
                ":1x"
            })
    void badAddress_isRefused(String text) {
        assertThat(ValueKind.bind().read().apply(text).problem()).startsWith("expected an address");
    }

    @Test
    void peerAddress_needsAHost() {
        assertThat(ValueKind.peers().parse("nexus-1, [::1]:9, fe80::1").value())
                .isEqualTo(java.util.List.of(
                        new HostPort("nexus-1", 9002), new HostPort("::1", 9), new HostPort("fe80::1", 9002)));
        assertThat(ValueKind.peers().parse(":9002").problem()).startsWith("expected an address");
        assertThat(ValueKind.peers().parse("x:0").problem()).startsWith("expected an address");
        assertThat(ValueKind.peers().parse("").value()).isEqualTo(java.util.List.of());
    }

    @Test
    void quotedText_cannotForgeALine() {
        assertThat(ValueKind.quoted("a\nERROR b")).isEqualTo("\"a?ERROR b\"");
        assertThat(ValueKind.quoted("x".repeat(100))).hasSize(69);
    }
}
