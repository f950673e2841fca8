package io.nexus.statemachine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressPlanTest {

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // cidr, unit length, gateway, units, allocatable
                "100.64.0.0/16, 32, 100.64.0.1, 65536, 65533",
                "100.64.0.0/16, 32, -, 65536, 65533",
                "100.64.0.0/16, 32, 100.64.255.254, 65536, 65533",
                "10.0.0.0/29, 32, -, 8, 5",
                "10.0.0.0/30, 32, -, 4, 1",
                "10.0.0.0/31, 32, -, 2, 1",
                "10.0.0.0/31, 32, 10.0.0.1, 2, 1",
                "10.0.0.0/32, 32, -, 1, 0",
                "0.0.0.0/0, 32, -, 4294967296, 4294967293",
                "2001:db8::/32, 56, -, 16777216, 16777216",
                "2001:db8::/32, 64, 2001:db8::1, 4294967296, 4294967295",
                "2001:db8::/64, 64, -, 1, 1",
                "2001:db8::/112, 128, 2001:db8::1, 65536, 65535",
                "::/0, 32, -, 4294967296, 4294967296",
                "::/0, 0, -, 1, 1",
            })
    void plan_withoutExclusions_countsItsUnits(
            String cidr, int unitLength, @Nullable String gateway, long units, long allocatable) {
        AddressPlan plan = AddressPlan.of(spec(cidr, unitLength, gateway));

        assertThat(plan.unitCount()).isEqualTo(units);
        assertThat(plan.allocatable()).isEqualTo(allocatable);
        assertThat(plan.unit(plan.prefix(units - 1))).hasValue(units - 1);
        assertThatThrownBy(() -> plan.prefix(units)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void plan_smallest_withholdsNetworkFirstHostAndBroadcast() {
        AddressPlan plan = AddressPlan.of(spec("10.0.0.0/30", 32, null));

        assertThat(plan.withheld()).containsExactly(new UnitRange(0, 1), new UnitRange(3, 3));
        assertThat(plan.isWithheld(2)).isFalse();
    }

    @Test
    void plan_withoutGatewayButItsFirstHostExcluded_countsItOnce() {
        AddressPlan plan = AddressPlan.of(spec("10.0.0.0/24", 32, null, "10.0.0.0-10.0.0.9", "10.0.0.9-10.0.0.12"));

        assertThat(plan.withheld()).containsExactly(new UnitRange(0, 12), new UnitRange(255, 255));
        assertThat(plan.allocatable()).isEqualTo(256 - 14);
    }

    @Test
    void plan_ipv6_withholdsEveryUnitThatAnExclusionTouches() {
        AddressPlan plan = AddressPlan.of(
                spec("2001:db8::/48", 56, "2001:db8::1", "2001:db8:0:1ff::-2001:db8:0:200::", "2001:db8:0:a042::/64"));

        assertThat(plan.withheld()).containsExactly(new UnitRange(0, 2), new UnitRange(0xa0, 0xa0));
        assertThat(plan.prefix(0xa0)).hasToString("2001:db8:0:a000::/56");
    }

    @Test
    void unit_ofAPrefix_needsTheLengthAndThePool() {
        AddressPlan plan = AddressPlan.of(spec("2001:db8::/32", 56, null));

        assertThat(plan.unit(prefix("2001:db8:0:100::/56"))).hasValue(1);
        assertThat(plan.unit(prefix("2001:db8:0:100::/64"))).isEmpty();
        assertThat(plan.unit(prefix("2001:db9::/56"))).isEmpty();
        assertThat(plan.unit(prefix("10.0.0.0/32"))).isEmpty();
        assertThat(plan.unitContaining(prefix("2001:db8:0:1ab::7/128"))).hasValue(1);
        assertThat(plan.unitContaining(prefix("2001:db8::/48"))).isEqualTo(OptionalLong.empty());
    }

    @Test
    void plan_ofWhatRulesRefuse_isRefused() {
        assertThatThrownBy(() -> AddressPlan.of(spec("2001:db8::/32", 65, null)))
                .hasMessage("a 2001:db8::/32 cannot be cut into units of /65");
        assertThatThrownBy(() -> AddressPlan.of(spec("2001:db8::/32", 31, null)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> AddressPlan.of(spec("10.0.0.0/24", 33, null)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> AddressPlan.of(spec("10.0.0.0/24", 32, "10.0.1.1")))
                .hasMessage("10.0.1.1 is not inside 10.0.0.0/24");
    }

    static PoolSpec spec(String cidr, int unitLength, @Nullable String gateway, String... exclusions) {
        return new PoolSpec(
                "pool",
                PoolSpec.DEFAULT_SPACE,
                prefix(cidr),
                unitLength,
                gateway == null ? null : AddressText.parseAddress(gateway).get(),
                Stream.of(exclusions)
                        .map(text -> AddressRange.parse(text).get())
                        .toList(),
                List.of(),
                0,
                Map.of());
    }

    private static Prefix prefix(String text) {
        return AddressText.parsePrefix(text).get();
    }
}
