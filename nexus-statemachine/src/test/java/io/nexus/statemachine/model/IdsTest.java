package io.nexus.statemachine.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "walter",
                "union-street",
                "AA:bb:cc:dd:ee:ff",
                "6f2a1c1e-58a5-4a7e-9f0e-3f2d9f3f1b11",
                "olt-1/1/4:100.200@isp_a",
                "0",
                "..",
                "/"
            })
    void id_ofAllowedCharacters_isFine(String id) {
        assertThat(Ids.subscriberProblem(id)).isNull();
        assertThat(Ids.poolProblem(id)).isNull();
        assertThat(Ids.spaceProblem(id)).isNull();
        assertThat(Ids.requestProblem(id)).isNull();
    }

    @Test
    void id_atItsBound_isFineAndBeyondIsNot() {
        assertThat(Ids.subscriberProblem("s".repeat(256))).isNull();
        assertThat(Ids.subscriberProblem("s".repeat(257))).isEqualTo("has 257 characters, at most 256 are possible");
        assertThat(Ids.poolProblem("p".repeat(64))).isNull();
        assertThat(Ids.poolProblem("p".repeat(65))).isNotNull();
        assertThat(Ids.spaceProblem("p".repeat(65))).isNotNull();
        assertThat(Ids.requestProblem("p".repeat(65))).isNotNull();
        assertThat(Ids.requestProblem("")).isEqualTo("must not be empty");
    }

    @ParameterizedTest
    @CsvSource({"eth 1/1, 4, U+0020", "müller, 2, U+00FC", "a|b, 2, '''|'''", "a\u0000b, 2, U+0000", "x😀, 2, U+1F600"})
    void id_withAnotherCharacter_isRefusedNamingIt(String id, int position, String name) {
        assertThat(Ids.subscriberProblem(id)).startsWith("character " + name + " at position " + position + " of ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"aa:bb:cc:dd:ee:0f", "AA-BB-CC-DD-EE-0F", "aabb.ccDD.ee0f"})
    void mac_inAnyNotation_isReadAndWrittenCanonically(String text) {
        assertThat(Macs.format(Macs.parse(text).get())).isEqualTo("aa:bb:cc:dd:ee:0f");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "aabbccddeeff",
                "aa:bb:cc:dd:ee",
                "aa:bb:cc:dd:ee:ff:00",
                "aa:bb-cc:dd:ee:ff",
                "a:bb:cc:dd:ee:ff",
                "aa:bb:cc:dd:ee:fg",
                "aabb.ccdd.eeff.",
                " aa:bb:cc:dd:ee:ff",
                "aa:bb:cc:dd:ee:ff\n"
            })
    void mac_malformed_isRefused(String text) {
        assertThat(Macs.parse(text).problem()).endsWith("is not a MAC address: write aa:bb:cc:dd:ee:ff");
    }

    @Test
    void duid_withOrWithoutColons_isReadAndWrittenCanonically() {
        assertThat(Duids.format(Duids.parse("00:03:00:01:AA:bb").get())).isEqualTo("00:03:00:01:aa:bb");
        assertThat(Duids.format(Duids.parse("00030001AAbb").get())).isEqualTo("00:03:00:01:aa:bb");
        assertThat(Duids.parse("ab".repeat(128)).get()).hasSize(128);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "000", "00:0", "00:01:", ":00", "0001:02", "zz", "00-01"})
    void duid_malformed_isRefused(String text) {
        assertThat(Duids.parse(text).problem()).contains("is not a DUID");
    }

    @Test
    void duid_tooLong_isRefused() {
        assertThat(Duids.parse("ab".repeat(129)).problem()).contains("has 129 octets, at most 128");
        assertThat(Duids.parse("ab".repeat(1_000_000)).problem()).hasSizeLessThan(200);
    }
}
