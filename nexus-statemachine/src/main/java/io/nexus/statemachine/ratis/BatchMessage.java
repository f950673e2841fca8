package io.nexus.statemachine.ratis;

import io.nexus.crdt.Token;
import io.nexus.statemachine.command.Batch;
import io.nexus.statemachine.command.Outcome;
import java.util.List;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.jspecify.annotations.Nullable;

/**
 * A batch on its way through the log of this JVM: encoded once for Ratis, carried as an object to the local apply,
 * which leaves the outcomes in it. The reply that Ratis keeps stays empty.
 */
public final class BatchMessage implements Message {
    private final Batch batch;
    private final ByteString encoded;
    private volatile boolean perhapsInLog;
    private volatile @Nullable Result result;

    /** @param encoded the batch in its durable form; not modified afterwards */
    public BatchMessage(Batch batch, byte[] encoded) {
        this.batch = batch;
        this.encoded = UnsafeByteOperations.unsafeWrap(encoded);
    }

    public Batch batch() {
        return batch;
    }

    @Override
    public ByteString getContent() {
        return encoded;
    }

    /**
     * False as long as the batch is certainly not in the log: the group did not take it up, or took it up and then said
     * that it was not appended. Once true it may become false only before Ratis answers.
     */
    public boolean perhapsInLog() {
        return perhapsInLog;
    }

    /** Set by apply on the leader before Ratis answers; null if this JVM did not apply the batch with this object. */
    public @Nullable Result result() {
        return result;
    }

    void started() {
        perhapsInLog = true;
    }

    void cancelled() {
        perhapsInLog = false;
    }

    void decided(Result decided) {
        this.result = decided;
    }

    /**
     * What became of the batch's commands, by position.
     *
     * @param token position after the batch
     */
    public record Result(List<Outcome> outcomes, Token token) {}
}
