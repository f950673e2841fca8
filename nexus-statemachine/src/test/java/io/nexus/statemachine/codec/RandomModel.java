package io.nexus.statemachine.codec;

import io.nexus.statemachine.command.Batch;
import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Envelope;
import io.nexus.statemachine.command.Outcome;
import io.nexus.statemachine.model.AddressRange;
import io.nexus.statemachine.model.AllocPolicy;
import io.nexus.statemachine.model.AllocType;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.Attachment;
import io.nexus.statemachine.model.Claimant;
import io.nexus.statemachine.model.ClusterPlan;
import io.nexus.statemachine.model.Family;
import io.nexus.statemachine.model.HoldPolicy;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.NodeEntry;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.PoolSpec;
import io.nexus.statemachine.model.PoolTerms;
import io.nexus.statemachine.model.Prefix;
import io.nexus.statemachine.model.Reason;
import io.nexus.statemachine.model.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Random values of every type that has a codec: whatever the types admit, sensible or not. */
public final class RandomModel {
    private static final int[] CHARACTERS = {'a', 'Z', '0', '-', ':', ' ', 0, 0xe9, 0x20ac, 0x1f600, 0x10ffff};

    private final SplittableRandom random;

    public RandomModel(SplittableRandom random) {
        this.random = random;
    }

    public Batch batch() {
        return new Batch(number(), list(20, () -> new Envelope(random.nextLong(), command())));
    }

    public Command command() {
        return switch (random.nextInt(19)) {
            case 0 -> new Command.OpenPool(poolEntry());
            case 1 -> new Command.SealPool(count());
            case 2 ->
                new Command.Allocate(
                        count(),
                        identity(),
                        mac(),
                        maybe(this::prefix),
                        maybe(this::allocType),
                        number(),
                        attachment());
            case 3 -> new Command.Renew(count(), identity(), number(), generation());
            case 4 -> new Command.Release(count(), identity(), maybe(this::prefix), generation());
            case 5 ->
                new Command.Expire(
                        count(), random.longs(random.nextInt(50), 0, 1L << 32).toArray());
            case 6 -> new Command.Tick();
            case 7 -> new Command.FoundCluster(clusterPlan());
            case 8 -> new Command.CreatePool(poolSpec());
            case 9 -> new Command.FindPool(text());
            case 10 -> new Command.RemovePool(count());
            case 11 -> new Command.Offer(count(), identity(), mac(), maybe(this::prefix), number(), attachment());
            case 12 -> new Command.Confirm(count(), identity(), maybe(this::prefix), maybe(this::allocType), number());
            case 17 -> new Command.UpdatePool(count(), count(), poolSpec());
            case 15 -> new Command.Reserve(count(), prefix(), new Claimant(oneOf(Claimant.Kind.values()), text()));
            case 16 -> new Command.Unreserve(count(), prefix());
            case 14 -> new Command.ForgetHistory(3, new long[] {1, count()}, new long[] {number(), number()});
            case 13 -> new Command.Decline(count(), identity(), maybe(this::prefix), generation());
            default -> new Command.ReplaceNode(text(), nodeEntry());
        };
    }

    public Outcome outcome() {
        if (random.nextBoolean()) {
            return new Outcome.Rejected(oneOf(Reason.values()), maybe(this::text), text());
        }
        return new Outcome.Accepted(random.nextBoolean(), list(5, this::allocation), maybe(this::poolEntry));
    }

    public Allocation allocation() {
        return new Allocation(
                text(),
                text(),
                count(),
                random.nextLong(1L << 32),
                prefix(),
                identity(),
                mac(),
                allocType(),
                number(),
                number(),
                number(),
                count(),
                count(),
                number(),
                random.nextLong(),
                oneOf(Stage.values()),
                attachment());
    }

    private Attachment attachment() {
        return random.nextBoolean() ? Attachment.NONE : new Attachment(text(), text());
    }

    public PoolEntry poolEntry() {
        return new PoolEntry(poolSpec(), count(), random.nextInt(65), count());
    }

    public PoolSpec poolSpec() {
        Map<String, String> metadata = new TreeMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            metadata.put(text(), text());
        }
        return new PoolSpec(
                text(),
                text(),
                prefix(),
                random.nextInt(129),
                maybe(this::prefix),
                list(5, this::range),
                list(3, this::prefix),
                number(),
                metadata,
                poolTerms(),
                prefix());
    }

    private PoolTerms poolTerms() {
        return new PoolTerms(
                oneOf(AllocPolicy.values()),
                oneOf(HoldPolicy.values()),
                number(),
                number(),
                number(),
                Math.max(1, number()),
                count(),
                number(),
                random.nextBoolean());
    }

    public ClusterPlan clusterPlan() {
        int segments = random.nextInt(20);
        List<List<String>> seats = new ArrayList<>();
        for (int i = 0; i <= segments; i++) {
            seats.add(list(4, this::text));
        }
        return new ClusterPlan(
                number(), text(), list(5, this::nodeEntry), segments, random.nextLong(), count(), count(), seats);
    }

    public NodeEntry nodeEntry() {
        return new NodeEntry(text(), text(), text(), text(), text(), text());
    }

    public Identity identity() {
        byte[] duid = new byte[random.nextBoolean() ? 0 : random.nextInt(129)];
        random.nextBytes(duid);
        return new Identity(text(), duid, random.nextBoolean() ? 0 : random.nextInt());
    }

    public Prefix prefix() {
        return random.nextBoolean()
                ? Prefix.masked(Family.IPV4, 0, random.nextLong(1L << 32), random.nextInt(33))
                : Prefix.masked(Family.IPV6, random.nextLong(), random.nextLong(), random.nextInt(129));
    }

    private AddressRange range() {
        Prefix prefix = prefix();
        return random.nextBoolean()
                ? AddressRange.of(prefix)
                : new AddressRange(prefix.firstAddress(), prefix.firstAddress());
    }

    private AllocType allocType() {
        return oneOf(AllocType.values());
    }

    private byte[] mac() {
        byte[] mac = new byte[random.nextBoolean() ? 0 : 6];
        random.nextBytes(mac);
        return mac;
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        int alphabet = random.nextBoolean() ? 5 : CHARACTERS.length;
        for (int i = random.nextInt(12); i > 0; i--) {
            text.appendCodePoint(CHARACTERS[random.nextInt(alphabet)]);
        }
        return text.toString();
    }

    /** Small as often as large. */
    private long number() {
        return random.nextLong() >>> 1 + random.nextInt(63);
    }

    private int generation() {
        return random.nextBoolean() ? 0 : random.nextInt(Integer.MAX_VALUE);
    }

    private int count() {
        return random.nextInt() >>> 1 + random.nextInt(31);
    }

    private <T> @Nullable T maybe(Supplier<T> value) {
        return random.nextBoolean() ? value.get() : null;
    }

    private <T> List<T> list(int max, Supplier<T> element) {
        List<T> list = new ArrayList<>();
        for (int i = random.nextInt(max + 1); i > 0; i--) {
            list.add(element.get());
        }
        return list;
    }

    private <T> T oneOf(T[] values) {
        return values[random.nextInt(values.length)];
    }
}
