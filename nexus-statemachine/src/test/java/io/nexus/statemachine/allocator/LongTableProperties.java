package io.nexus.statemachine.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.statemachine.model.Seeded;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LongTableProperties {
    @Test
    void table_agreesWithAMap() {
        Seeded.forAll(20, random -> {
            LongTable table = new LongTable();
            Map<Long, Long> model = new HashMap<>();
            long range = 1L << random.nextInt(3, 40);
            boolean isGrowing = true;
            for (int i = 0; i < 20_000; i++) {
                isGrowing = random.nextInt(5_000) == 0 ? !isGrowing : isGrowing;
                long key = random.nextLong(-range, range);
                if (random.nextInt(4) == 0 != isGrowing) {
                    long value = random.nextLong(1, 5);
                    table.put(key, value);
                    model.put(key, value);
                } else {
                    long value = random.nextLong(1, 5);
                    table.remove(key, value);
                    model.remove(key, value);
                }
                assertThat(table.get(key)).isEqualTo(model.getOrDefault(key, 0L));
                assertThat(table.size()).isEqualTo(model.size());
            }
            model.forEach((key, value) -> assertThat(table.get(key)).isEqualTo(value));
            model.forEach(table::remove);
            assertThat(table.size()).isZero();
            model.keySet().forEach(key -> assertThat(table.get(key)).isZero());
        });
    }
}
