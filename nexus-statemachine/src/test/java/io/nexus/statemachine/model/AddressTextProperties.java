package io.nexus.statemachine.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AddressTextProperties {
    private static final String ALPHABET = "0123456789abcdefF.:/%-[] xg";

    @Test
    void address_anyBits_isWrittenSoThatTheJdkReadsTheSame() {
        Seeded.forAll(20_000, random -> {
            Prefix address = address(random);
            String text = address.address();

            assertThat(AddressText.parseAddress(text).get()).isEqualTo(address);
            assertThat(jdk(text)).isEqualTo(bytes(address));
        });
    }

    @Test
    void junk_parsed_givesWhatTheJdkGivesOrAProblem() {
        Seeded.forAll(50_000, random -> {
            String text = junk(random);
            Parsed<Prefix> parsed = AddressText.parseAddressOrPrefix(text);
            if (parsed.isOk() && text.indexOf('/') < 0) {
                assertThat(jdk(text)).isEqualTo(bytes(parsed.get()));
            }
            AddressRange.parse(text);
        });
    }

    @Test
    void prefix_anyTwo_haveTheirCommonPrefixAndRange() {
        Seeded.forAll(20_000, random -> {
            Prefix a = address(random);
            Prefix b = Prefix.masked(
                    a.family(),
                    a.hi() ^ random.nextLong() >>> 1 & mask(a),
                    a.lo(),
                    a.family().bits());
            Prefix common = a.commonPrefix(b);
            assertThat(common.contains(a) && common.contains(b)).isTrue();
            if (!a.equals(b)) {
                int longer = common.length() + 1;
                assertThat(Prefix.masked(a.family(), a.hi(), a.lo(), longer).contains(b))
                        .isFalse();
            }
            AddressRange range = AddressRange.of(common);
            assertThat(range.isInside(common)).isTrue();
            assertThat(AddressRange.parse(range.toString()).get()).isEqualTo(range);
        });
    }

    private static long mask(Prefix a) {
        return a.family() == Family.IPV4 ? 0 : -1L;
    }

    /** Zero groups are common, as in real addresses; never IPv4-mapped. */
    private static Prefix address(SplittableRandom random) {
        if (random.nextBoolean()) {
            return new Prefix(Family.IPV4, 0, random.nextLong(1L << 32), 32);
        }
        long hi = 0;
        long lo = 0;
        for (int i = 0; i < 4; i++) {
            hi = hi << 16 | (random.nextInt(3) == 0 ? random.nextInt(1 << 16) : 0);
            lo = lo << 16 | (random.nextInt(3) == 0 ? random.nextInt(1 << 16) : 0);
        }
        return new Prefix(Family.IPV6, hi == 0 ? 1 : hi, lo, 128);
    }

    private static String junk(SplittableRandom random) {
        StringBuilder text =
                new StringBuilder(random.nextBoolean() ? "" : address(random).address());
        for (int i = random.nextInt(6); i > 0; i--) {
            char c = ALPHABET.charAt(random.nextInt(ALPHABET.length()));
            text.insert(random.nextInt(text.length() + 1), c);
        }
        return text.toString();
    }

    private static byte[] bytes(Prefix address) {
        return address.family() == Family.IPV4
                ? ByteBuffer.allocate(4).putInt((int) address.lo()).array()
                : ByteBuffer.allocate(16)
                        .putLong(address.hi())
                        .putLong(address.lo())
                        .array();
    }

    private static byte[] jdk(String literal) {
        try {
            return InetAddress.getByName(literal).getAddress();
        } catch (UnknownHostException e) {
            throw new AssertionError("the JDK does not read " + literal, e);
        }
    }
}
