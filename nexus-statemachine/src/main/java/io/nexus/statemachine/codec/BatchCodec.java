package io.nexus.statemachine.codec;

import io.nexus.statemachine.command.Batch;
import io.nexus.statemachine.command.Envelope;
import java.nio.ByteBuffer;

/** One entry of a group's log: the stamp, then each command with its id. */
public final class BatchCodec {
    private static final int VERSION = 2;
    /** Command id and type. */
    private static final int ENVELOPE_BYTES_MIN = 9;

    private BatchCodec() {}

    /** Throws IllegalArgumentException for a batch that could not be read back; nothing else may enter the log. */
    public static byte[] encode(Batch batch) {
        return Framed.encode(VERSION, batch, BatchCodec::write);
    }

    /** Throws {@link MalformedBytes}. */
    public static Batch decode(ByteBuffer buffer) {
        return Framed.decode(buffer, VERSION, "a batch", BatchCodec::read);
    }

    private static void write(ByteWriter writer, Batch batch) {
        writer.vint(batch.stampMillis());
        ListCodec.write(writer, batch.commands(), BatchCodec::writeEnvelope);
    }

    private static Batch read(ByteReader reader) {
        long stampMillis = reader.vint();
        return new Batch(stampMillis, ListCodec.read(reader, ENVELOPE_BYTES_MIN, BatchCodec::readEnvelope));
    }

    private static void writeEnvelope(ByteWriter writer, Envelope envelope) {
        writer.u64(envelope.commandId());
        CommandCodec.write(writer, envelope.command());
    }

    private static Envelope readEnvelope(ByteReader reader) {
        long commandId = reader.u64();
        return new Envelope(commandId, CommandCodec.read(reader));
    }
}
