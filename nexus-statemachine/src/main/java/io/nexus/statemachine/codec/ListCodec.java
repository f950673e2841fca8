package io.nexus.statemachine.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** A list: the number of elements, then each. */
final class ListCodec {
    private ListCodec() {}

    static <T> void write(ByteWriter writer, List<T> list, BiConsumer<ByteWriter, T> element) {
        writer.vint31(list.size());
        for (T each : list) {
            element.accept(writer, each);
        }
    }

    /** @param bytesEach least number of bytes of an element, at least 1 */
    static <T> List<T> read(ByteReader reader, int bytesEach, Function<ByteReader, T> element) {
        int count = reader.count(bytesEach);
        List<T> list = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            list.add(element.apply(reader));
        }
        return list;
    }
}
