package io.nexus.statemachine.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PoolRulesTest {

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "100.64.0.0/16, 32, 100.64.0.1",
                "10.0.0.0/30, 32, -",
                "10.0.0.0/31, 32, -",
                "0.0.0.0/0, 32, -",
                "2001:db8::/32, 56, 2001:db8::1",
                "2001:d00::/24, 56, -",
                "2001:db8::/96, 128, -",
            })
    void pool_sound_hasNoProblems(String cidr, int unitLength, @Nullable String gateway) {
        assertThat(PoolRules.problems(AddressPlanTest.spec(cidr, unitLength, gateway)))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "10.0.0.0/24 | 24 | - | prefix_length | must be 32 for an IPv4 pool, not 24",
                "2001:db8::/32 | 0 | - | prefix_length | is missing: an IPv6 pool needs the length that is handed out",
                "2001:db8::/32 | 31 | - | prefix_length | 31 is not between 32, the length of 2001:db8::/32, and 128",
                "2001:db8::/32 | 129 | - | prefix_length | 129 is not between 32",
                "2001:db8::/32 | -1 | - | prefix_length | -1 is not between 32",
                "2001:db8::/32 | 65 | - | prefix_length | at most 2^32 are possible: choose a length up to 64",
                "10.0.0.0/24 | 32 | 10.0.1.1 | gateway | 10.0.1.1 is not inside 10.0.0.0/24",
                "10.0.0.0/24 | 32 | 2001:db8::1 | gateway | 2001:db8::1 is not inside 10.0.0.0/24",
                "10.0.0.0/32 | 32 | - | cidr | 10.0.0.0/32 has nothing to hand out",
                "10.0.0.0/30 | 32 | 10.0.0.2 | - | -",
            })
    void pool_withOneMistake_hasThatProblem(
            String cidr, int unitLength, @Nullable String gateway, @Nullable String field, @Nullable String message) {
        List<FieldProblem> problems = PoolRules.problems(AddressPlanTest.spec(cidr, unitLength, gateway));

        if (field == null) {
            assertThat(problems).isEmpty();
        } else {
            assertThat(problems).singleElement().satisfies(problem -> {
                assertThat(problem.field()).isEqualTo(field);
                assertThat(problem.message()).contains(message);
            });
        }
    }

    @Test
    void pool_whollyExcluded_hasNothingToHandOut() {
        PoolSpec spec = AddressPlanTest.spec("10.0.0.0/29", 32, null, "10.0.0.2-10.0.0.6");

        assertThat(PoolRules.problems(spec)).extracting(FieldProblem::field).containsExactly("cidr");
    }

    @Test
    void pool_withManyMistakes_hasAllOfThem() {
        PoolSpec spec = new PoolSpec(
                "",
                "a space",
                prefix("10.0.0.0/24"),
                24,
                prefix("10.0.0.0/25"),
                List.of(range("10.0.1.0/24"), range("10.0.0.8"), range("10.0.0.250-10.0.1.3")),
                List.of(prefix("9.9.9.0/24")),
                PoolRules.TTL_SECONDS_MAX + 1,
                Map.of("", "x", "key", "line\nbreak"));

        assertThat(PoolRules.problems(spec))
                .extracting(FieldProblem::field)
                .containsExactly(
                        "id",
                        "prefix_length",
                        "gateway",
                        "exclusions",
                        "exclusions",
                        "dns",
                        "space",
                        "default_ttl_seconds",
                        "metadata",
                        "metadata");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 315_360_001, Long.MIN_VALUE, Long.MAX_VALUE})
    void ttl_outOfBounds_isAProblem(long ttl) {
        assertThat(PoolRules.problems(spec(List.of(), List.of(), ttl, Map.of())))
                .containsExactly(new FieldProblem(
                        "default_ttl_seconds",
                        ttl + " is not between 0, which is permanent, and 315360000, ten years"));
    }

    @Test
    void lists_atTheirBounds_areFineAndBeyondAreNot() {
        AddressRange one = range("10.0.0.9");
        Prefix server = prefix("9.9.9.9/32");

        assertThat(PoolRules.problems(
                        spec(Collections.nCopies(1024, one), Collections.nCopies(16, server), 0, Map.of())))
                .isEmpty();
        assertThat(PoolRules.problems(
                        spec(Collections.nCopies(1025, one), Collections.nCopies(17, server), 0, Map.of())))
                .containsExactly(
                        new FieldProblem("exclusions", "has 1025 entries, at most 1024 are possible"),
                        new FieldProblem("dns", "has 17 entries, at most 16 are possible"));
    }

    @Test
    void metadata_beyondItsBounds_isAProblem() {
        Map<String, String> many = new HashMap<>();
        for (int i = 0; i < 33; i++) {
            many.put("key" + i, "value");
        }

        assertThat(metadataProblems(many)).containsExactly("has 33 entries, at most 32 are possible");
        assertThat(metadataProblems(Map.of("k".repeat(65), "v")).get(0)).contains("has 65 bytes, at most 64");
        assertThat(metadataProblems(Map.of("k", "ü".repeat(129))))
                .containsExactly("value of 'k' has 258 bytes, at most 256 are possible");
        assertThat(metadataProblems(Map.of("k", "a\ud800")))
                .containsExactly("value of 'k' is not Unicode: it has half a surrogate pair");
        assertThat(metadataProblems(Map.of("k", "ü".repeat(128), "ort", "München 😀", "leer", "")))
                .isEmpty();
    }

    private static List<String> metadataProblems(Map<String, String> metadata) {
        return PoolRules.problems(spec(List.of(), List.of(), 0, metadata)).stream()
                .map(FieldProblem::message)
                .toList();
    }

    private static PoolSpec spec(
            List<AddressRange> exclusions, List<Prefix> dns, long ttl, Map<String, String> metadata) {
        return new PoolSpec("p", "default", prefix("10.0.0.0/24"), 32, null, exclusions, dns, ttl, metadata);
    }

    private static Prefix prefix(String text) {
        return AddressText.parsePrefix(text).get();
    }

    private static AddressRange range(String text) {
        return AddressRange.parse(text).get();
    }
}
