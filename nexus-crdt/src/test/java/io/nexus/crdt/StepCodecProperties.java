package io.nexus.crdt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StepCodecProperties {

    @Test
    void step_encodedAndDecoded_isTheSame() {
        Seeds.forEach(300, seed -> {
            Step step = step(new SplittableRandom(seed));
            byte[] bytes = StepCodec.encode(step);
            assertThat(bytes).hasSize(StepCodec.size(step));
            Step decoded = StepCodec.decode(bytes);
            assertThat(decoded.after()).isEqualTo(step.after());
            RowCodecProperties.assertSame(decoded.changes(), step.changes());
        });
    }

    @Test
    void position_encodedAndDecoded_isTheSame() {
        Seeds.forEach(100, seed -> {
            Position position = position(new SplittableRandom(seed));
            assertThat(PositionCodec.decode(PositionCodec.encode(position))).isEqualTo(position);
        });
        assertThatThrownBy(() -> PositionCodec.decode(new byte[PositionCodec.BYTES - 1]))
                .isInstanceOf(CorruptBytes.class);
    }

    @Test
    void step_cutShort_isRefused() {
        byte[] bytes = StepCodec.encode(step(new SplittableRandom(5)));
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> StepCodec.decode(cut)).isInstanceOf(CorruptBytes.class);
        }
    }

    @Test
    void step_withAnyBitFlipped_isRefused() {
        byte[] bytes = StepCodec.encode(step(new SplittableRandom(6)));
        for (int bit = 0; bit < bytes.length * 8; bit += 3) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThatThrownBy(() -> StepCodec.decode(flipped)).isInstanceOf(CorruptBytes.class);
        }
    }

    private static Step step(SplittableRandom random) {
        return new Step(position(random), RowCodecProperties.rows(random, 1 + random.nextInt(8)));
    }

    private static Position position(SplittableRandom random) {
        return new Position(
                random.nextInt(65),
                random.nextInt(),
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                new Digest(random.nextLong(), random.nextLong()),
                random.nextLong());
    }
}
