package io.nexus.statemachine.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nexus.statemachine.command.Batch;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Envelope;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.model.AddressRange;
import io.nexus.statemachine.model.AddressText;
import io.nexus.statemachine.model.AllocType;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.Attachment;
import io.nexus.statemachine.model.Claimant;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.NodeEntry;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.PoolSpec;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.model.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The bytes that are in logs and stores already. A test that fails here asks for a new format version, not for new bytes
 * in the golden file.
 */
class GoldenCodecTest {
    private static final byte[] MAC = {2, 0, 0, 0, 0, 7};
    private static final Identity WALTER = new Identity("walter", new byte[] {0, 3}, -1);
    private static final NodeEntry NODE = new NodeEntry("n1", "one", "h:9002", "h:9003", "h:9000", "h:9001");
    private static final PoolSpec SPEC = new PoolSpec(
            "p4",
            "default",
            prefix("100.64.0.0/16"),
            32,
            prefix("100.64.0.1/32"),
            List.of(AddressRange.parse("100.64.9.0/24").get()),
            List.of(prefix("2001:db8::53/128")),
            3600,
            Map.of("b", "2", "a", "1"));
    private static final PoolEntry ENTRY = new PoolEntry(SPEC, 5, 12);
    private static final ClusterPlan PLAN =
            new ClusterPlan(3, "c1", List.of(NODE), 2, -2, 1, 150, List.of(List.of("n1"), List.of("n1"), List.of()));
    private static final Allocation ALLOCATION = new Allocation(
            "p4",
            "default",
            5,
            9,
            prefix("100.64.0.9/32"),
            WALTER,
            MAC,
            AllocType.SESSION,
            1_700_000_000_000L,
            1_700_000_000_001L,
            1_700_003_600_000L,
            3,
            1,
            77,
            -2);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0.0.0.0/0 | 00",
                "10.0.0.0/8 | 080a",
                "100.64.0.1/32 | 2064400001",
                "::/0 | 21",
                "2001:db8:0:100::/56 | 5920010db8000001",
                "2001:db8::1/128 | a120010db8000000000000000000000001",
            })
    void prefix_encoded_hasTheseBytes(String text, String hex) {
        ByteWriter writer = new ByteWriter();
        PrefixCodec.write(writer, prefix(text));

        assertThat(HexFormat.of().formatHex(writer.toByteArray())).isEqualTo(hex);
    }

    @Test
    void samples_encoded_haveTheBytesOfTheGoldenFile() {
        String actual = samples().stream().map(Sample::line).collect(Collectors.joining());

        assertThat(actual).isEqualTo(golden());
    }

    @Test
    void samples_decodedFromTheGoldenFile_areEqual() {
        List<String> lines = golden().lines().toList();
        List<Sample<?>> samples = samples();
        for (int i = 0; i < samples.size(); i++) {
            samples.get(i).assertDecodedFrom(lines.get(i).split(" ")[1]);
        }
    }

    private static List<Sample<?>> samples() {
        List<Sample<?>> samples = new ArrayList<>();
        samples.add(new Sample<>("pool-entry", ENTRY, PoolEntryCodec::encode, PoolEntryCodec::decode));
        samples.add(new Sample<>("plan", PLAN, PlanCodec::encode, PlanCodec::decode));
        samples.add(new Sample<>("allocation", ALLOCATION, AllocationCodec::encode, AllocationCodec::decode));
        addOutcomes(samples);
        addSegmentCommands(samples);
        addMetaCommands(samples);
        addBatches(samples);
        return samples;
    }

    private static void addOutcomes(List<Sample<?>> samples) {
        samples.add(outcome("outcome-unchanged", Outcome.Accepted.UNCHANGED));
        samples.add(outcome("outcome-allocation", Outcome.Accepted.of(true, ALLOCATION)));
        samples.add(outcome("outcome-pool", Outcome.Accepted.of(false, ENTRY)));
        samples.add(outcome("outcome-rejected", Outcome.Rejected.because(Reason.NO_SUCH_POOL, "none")));
        samples.add(outcome("outcome-rejected-field", new Outcome.Rejected(Reason.POOL_EXHAUSTED, "pool_id", "full")));
    }

    private static void addSegmentCommands(List<Sample<?>> samples) {
        Identity plain = Identity.of("w");
        samples.add(command("open-pool", new Command.OpenPool(ENTRY)));
        samples.add(command("seal-pool", new Command.SealPool(5)));
        samples.add(command("allocate-any", new Command.Allocate(5, WALTER, MAC, null, null, 0)));
        Prefix wanted = prefix("100.64.0.9/32");
        samples.add(
                command("allocate-this", new Command.Allocate(5, plain, new byte[0], wanted, AllocType.STICKY, 3600)));
        samples.add(command("renew", new Command.Renew(5, WALTER, 60)));
        samples.add(command("release-all", new Command.Release(5, plain, null)));
        samples.add(command("release-this", new Command.Release(5, WALTER, prefix("2001:db8::/56"))));
        samples.add(command("renew-generation", new Command.Renew(5, WALTER, 60, 3)));
        samples.add(command("release-generation", new Command.Release(5, plain, null, 3)));
        samples.add(command("release-this-generation", new Command.Release(5, plain, wanted, 0x7fff_ffff)));
        samples.add(command("expire", new Command.Expire(5, new long[] {0, 0xffff_ffffL})));
        samples.add(command("tick", new Command.Tick()));
        samples.add(command("offer", new Command.Offer(5, WALTER, MAC, wanted, 60, new Attachment("bng-1", "1/3/12"))));
        samples.add(command("confirm", new Command.Confirm(5, WALTER, null, AllocType.STICKY, 3600)));
        samples.add(command("reserve", new Command.Reserve(5, wanted, Claimant.mac(MAC))));
        samples.add(command("unreserve", new Command.Unreserve(5, wanted)));
        samples.add(command("forget-history", new Command.ForgetHistory(5, new long[] {9}, new long[] {300})));
        samples.add(command("decline", new Command.Decline(5, plain, wanted)));
        samples.add(command("decline-generation", new Command.Decline(5, plain, null, 3)));
    }

    private static void addMetaCommands(List<Sample<?>> samples) {
        samples.add(command("found-cluster", new Command.FoundCluster(PLAN)));
        samples.add(command("create-pool", new Command.CreatePool(SPEC)));
        samples.add(command("update-pool", new Command.UpdatePool(5, 1, SPEC)));
        samples.add(command("find-pool", new Command.FindPool("p4")));
        samples.add(command("remove-pool", new Command.RemovePool(5)));
        samples.add(command("replace-node", new Command.ReplaceNode("n0", NODE)));
    }

    private static void addBatches(List<Sample<?>> samples) {
        Envelope allocate = new Envelope(-2, new Command.Allocate(5, Identity.of("w"), MAC, null, null, 0));
        Envelope tick = new Envelope(1, new Command.Tick());
        samples.add(batch("batch", new Batch(1_700_000_000_000L, List.of(allocate, tick))));
        samples.add(batch("batch-empty", new Batch(0, List.of())));
    }

    @Test
    void version_ofAnotherRelease_isNamed() {
        byte[] bytes = BatchCodec.encode(new Batch(0, List.of()));
        bytes[0] = 1;

        assertThatThrownBy(() -> BatchCodec.decode(ByteBuffer.wrap(bytes)))
                .isInstanceOf(MalformedBytes.class)
                .hasMessage("format version 1 of a batch is not known here, only 2, at offset 1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "02ff", // type of command
                "02050001610000" + "02", // optional prefix neither there nor not
                "020500016100ffffffff1f" + "00", // IAID of 33 bits
                "0206008080808008", // two billion units announced
                "02180500016100003c00", // a renew of generation 0 written as one with a generation
            })
    void command_malformed_isRefused(String hex) {
        assertThatThrownBy(
                        () -> CommandCodec.decode(ByteBuffer.wrap(HexFormat.of().parseHex(hex))))
                .isInstanceOf(MalformedBytes.class);
    }

    @Test
    void value_thatCouldNotBeReadBack_isNotEncoded() {
        Command negative = new Command.SealPool(-1);
        Command unpaired = new Command.FindPool("\udc00");

        assertThatThrownBy(() -> CommandCodec.encode(negative)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CommandCodec.encode(unpaired)).isInstanceOf(IllegalArgumentException.class);
    }

    private static Sample<Command> command(String name, Command command) {
        return new Sample<>(name, command, CommandCodec::encode, CommandCodec::decode);
    }

    private static Sample<Outcome> outcome(String name, Outcome outcome) {
        return new Sample<>(name, outcome, OutcomeCodec::encode, OutcomeCodec::decode);
    }

    private static Sample<Batch> batch(String name, Batch batch) {
        return new Sample<>(name, batch, BatchCodec::encode, BatchCodec::decode);
    }

    private static String golden() {
        try (InputStream file = GoldenCodecTest.class.getResourceAsStream("/golden/codec.txt")) {
            return new String(file.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Prefix prefix(String text) {
        return AddressText.parsePrefix(text).get();
    }

    private record Sample<T>(String name, T value, Function<T, byte[]> encode, Function<ByteBuffer, T> decode) {
        String line() {
            return name + " " + HexFormat.of().formatHex(encode.apply(value)) + "\n";
        }

        void assertDecodedFrom(String hex) {
            assertThat(decode.apply(ByteBuffer.wrap(HexFormat.of().parseHex(hex))))
                    .as(name)
                    .usingRecursiveComparison()
                    .isEqualTo(value);
        }
    }
}
