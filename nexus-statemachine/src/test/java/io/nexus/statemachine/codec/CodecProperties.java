package io.nexus.statemachine.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nexus.statemachine.model.Seeded;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CodecProperties {

    @ParameterizedTest
    @MethodSource("codecs")
    void value_any_survivesTheRoundTrip(Codec<?> codec) {
        Seeded.forAll(1_000, random -> roundTrip(codec, random));
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void bytes_cutAnywhereOrTooLong_areRefused(Codec<?> codec) {
        Seeded.forAll(50, random -> {
            byte[] bytes = codec.encoded(random);
            for (int length = 0; length < bytes.length; length++) {
                byte[] cut = Arrays.copyOf(bytes, length);
                assertThatThrownBy(() -> codec.decode(cut)).isInstanceOf(MalformedBytes.class);
            }
            assertThatThrownBy(() -> codec.decode(Arrays.copyOf(bytes, bytes.length + 1)))
                    .isInstanceOf(MalformedBytes.class);
        });
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void bytes_corrupted_areRefusedOrAnotherValue(Codec<?> codec) {
        Seeded.forAll(3_000, random -> {
            byte[] bytes = codec.encoded(random);
            for (int i = 1 + random.nextInt(4); i > 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            assertRefusedOrCanonical(codec, bytes);
        });
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void bytes_random_areRefusedOrAValue(Codec<?> codec) {
        Seeded.forAll(3_000, random -> {
            byte[] bytes = new byte[1 + random.nextInt(100)];
            random.nextBytes(bytes);
            bytes[0] = 1;
            assertRefusedOrCanonical(codec, bytes);
        });
    }

    private static <T> void roundTrip(Codec<T> codec, SplittableRandom random) {
        T value = codec.random().apply(new RandomModel(random));
        byte[] bytes = codec.encode().apply(value);

        ByteBuffer amid = ByteBuffer.allocate(bytes.length + 7);
        amid.put(3, bytes).position(3).limit(3 + bytes.length);
        T decoded = codec.decode().apply(amid.asReadOnlyBuffer());

        assertThat(decoded).usingRecursiveComparison().isEqualTo(value);
        assertThat(codec.encode().apply(decoded)).isEqualTo(bytes);
    }

    /** What is taken has one encoding, so that equal rows have equal digests. */
    private static <T> void assertRefusedOrCanonical(Codec<T> codec, byte[] bytes) {
        T decoded;
        try {
            decoded = codec.decode(bytes);
        } catch (MalformedBytes expected) {
            return;
        }
        assertThat(codec.encode().apply(decoded)).isEqualTo(bytes);
    }

    static Stream<Codec<?>> codecs() {
        return Stream.of(
                new Codec<>("batch", RandomModel::batch, BatchCodec::encode, BatchCodec::decode),
                new Codec<>("command", RandomModel::command, CommandCodec::encode, CommandCodec::decode),
                new Codec<>("outcome", RandomModel::outcome, OutcomeCodec::encode, OutcomeCodec::decode),
                new Codec<>("allocation", RandomModel::allocation, AllocationCodec::encode, AllocationCodec::decode),
                new Codec<>("pool entry", RandomModel::poolEntry, PoolEntryCodec::encode, PoolEntryCodec::decode),
                new Codec<>("plan", RandomModel::clusterPlan, PlanCodec::encode, PlanCodec::decode));
    }

    record Codec<T>(
            String name, Function<RandomModel, T> random, Function<T, byte[]> encode, Function<ByteBuffer, T> decode) {
        byte[] encoded(SplittableRandom seeded) {
            return encode.apply(random.apply(new RandomModel(seeded)));
        }

        T decode(byte[] bytes) {
            return decode.apply(ByteBuffer.wrap(bytes));
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
