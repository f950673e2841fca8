package io.nexus.statemachine.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTextTest {

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, 0.0.0.0",
        "255.255.255.255, 255.255.255.255",
        "100.64.0.1, 100.64.0.1",
        "::, ::",
        "::1, ::1",
        "1::, 1::",
        "2001:DB8::00A1, 2001:db8::a1",
        "2001:0db8:0:0:0:0:0:1, 2001:db8::1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1", // RFC 5952 4.2.2: one group is not shortened
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1", // 4.2.3: the longest run
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1", // 4.2.3: the first of two
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
        "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
        "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
        "1:2:3:4:5:6:1.2.3.4, 1:2:3:4:5:6:102:304",
    })
    void address_valid_isWrittenCanonically(String text, String canonical) {
        Prefix address = AddressText.parseAddress(text).get();

        assertThat(address.isAddress()).isTrue();
        assertThat(address.address()).isEqualTo(canonical);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | an IP address is missing",
                "010.0.0.1 | '010' has a leading zero, which some programs read as octal",
                "10.0.0.00 | '00' has a leading zero",
                "10.0.0 | 3 numbers instead of 4",
                "10.0.0.1.2 | 5 numbers instead of 4",
                "10.0.0. | '' is not a number from 0 to 255",
                "10.0.0.256 | 256 is larger than 255",
                "10.0.0.1000 | '1000' is not a number",
                "10.0.0.-1 | '-1' is not a number",
                "10.0.0.0x1 | '0x1' is not a number",
                "10.0.0.1٣ | is not a number",
                "' 10.0.0.1' | ' 10' is not a number",
                "10.0.0.1:80 | leave out brackets and port",
                "[::1] | leave out brackets and port",
                "10.0.0.1/32 | an address alone is expected",
                "fe80::1%eth0 | has the zone id '%eth0'",
                "::ffff:10.0.0.1 | IPv4-mapped IPv6 address: write the IPv4 address 10.0.0.1",
                "::ffff:a00:1 | IPv4-mapped IPv6 address: write the IPv4 address 10.0.0.1",
                "1::2::3 | '::' may stand in it once",
                ":::1 | '::' may stand in it once",
                "1:2:3:4:5:6:7 | 7 groups instead of 8",
                "1:2:3:4:5:6:7:8:9 | 9 groups instead of 8",
                "1::2:3:4:5:6:7:8 | 8 groups beside '::' leave no room for it",
                "12345:: | '12345' is not a group of 1 to 4 hexadecimal digits",
                "1:2:3:4:5:6:7: | '' is not a group",
                ":1:2:3:4:5:6:7 | '' is not a group",
                "1.2.3.4::1 | leave out brackets and port",
                "::1.2.3.4:1 | '1.2.3.4' is not a group",
                "::1.2.03.4 | '03' has a leading zero",
                "::g | 'g' is not a group",
                "localhost | 'localhost' is not an IP address",
                "167772161 | '167772161' is not an IP address",
            })
    void address_invalid_isRefusedWithTheReason(String text, String reason) {
        assertThat(AddressText.parseAddress(text).problem()).contains(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"100.64.0.0/16", "0.0.0.0/0", "10.0.0.1/32", "2001:db8::/32", "::/0", "2001:db8::1/128"})
    void prefix_canonical_isReadAndWrittenEqually(String text) {
        assertThat(AddressText.parsePrefix(text).get()).hasToString(text);
        assertThat(AddressText.parseAddressOrPrefix(text).get()).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.0.0.5/24 | did you mean 10.0.0.0/24?",
                "2001:db8::1/56 | did you mean 2001:db8::/56?",
                "10.0.0.0 | has no prefix length: write for example 10.0.0.0/24",
                "10.0.0.5 | has no prefix length: write for example 10.0.0.5/32",
                "2001:db8:: | has no prefix length: write for example 2001:db8::/56",
                "10.0.0.0/ | prefix length '' of '10.0.0.0/' is not a number from 0 to 32",
                "10.0.0.0/33 | is not a number from 0 to 32",
                "10.0.0.0/08 | prefix length '08'",
                "10.0.0.0/+8 | prefix length '+8'",
                "10.0.0.0/8/8 | prefix length '8/8'",
                "10.0.0.0/255.0.0.0 | prefix length '255.0.0.0'",
                "2001:db8::/129 | is not a number from 0 to 128",
                "::ffff:10.0.0.0/104 | write the IPv4 address 10.0.0.0",
                "/8 | an IP address is missing",
            })
    void prefix_invalid_isRefusedWithTheReason(String text, String reason) {
        assertThat(AddressText.parsePrefix(text).problem()).contains(reason);
    }

    @Test
    void problem_ofHostileText_isShortAndWithoutControlCharacters() {
        String problem = AddressText.parseAddress("1.2\n\u001b[31m" + "x".repeat(100_000))
                .problem();

        assertThat(problem).hasSizeLessThan(200).doesNotContain("\n", "\u001b");
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, 10.0.0.1",
        "10.0.0.1/32, 10.0.0.1",
        "10.0.0.0/30, 10.0.0.0/30",
        "10.0.0.0-10.0.0.3, 10.0.0.0/30",
        "10.0.0.1-10.0.0.3, 10.0.0.1-10.0.0.3",
        "0.0.0.0-255.255.255.255, 0.0.0.0/0",
        "2001:db8::-2001:db8::ffff, 2001:db8::/112",
        "2001:db8::1-2001:db8:1::, 2001:db8::1-2001:db8:1::",
        "::/0, ::/0",
    })
    void range_valid_isWrittenInItsShortestForm(String text, String shortest) {
        AddressRange range = AddressRange.parse(text).get();

        assertThat(range).hasToString(shortest);
        assertThat(AddressRange.parse(shortest).get()).isEqualTo(range);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.0.0.9-10.0.0.1 | ends before it starts",
                "10.0.0.1-::1 | mixes IPv4 and IPv6",
                "10.0.0.0/24-10.0.1.0/24 | an address alone is expected",
                "10.0.0.1- | an IP address is missing",
                "10.0.0.1/24 | did you mean 10.0.0.0/24?",
                "10.0.0.1 - 10.0.0.2 | is not a number",
            })
    void range_invalid_isRefusedWithTheReason(String text, String reason) {
        assertThat(AddressRange.parse(text).problem()).contains(reason);
    }
}
