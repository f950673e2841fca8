package io.nexus.statemachine.codec;

import io.nexus.statemachine.command.Command;
import io.nexus.statemachine.command.Command.Allocate;
import io.nexus.statemachine.command.Command.Confirm;
import io.nexus.statemachine.command.Command.CreatePool;
import io.nexus.statemachine.command.Command.Decline;
import io.nexus.statemachine.command.Command.Expire;
import io.nexus.statemachine.command.Command.FindPool;
import io.nexus.statemachine.command.Command.ForgetHistory;
import io.nexus.statemachine.command.Command.FoundCluster;
import io.nexus.statemachine.command.Command.Offer;
import io.nexus.statemachine.command.Command.OpenPool;
import io.nexus.statemachine.command.Command.Release;
import io.nexus.statemachine.command.Command.RemovePool;
import io.nexus.statemachine.command.Command.Renew;
import io.nexus.statemachine.command.Command.ReplaceNode;
import io.nexus.statemachine.command.Command.Reserve;
import io.nexus.statemachine.command.Command.SealPool;
import io.nexus.statemachine.command.Command.Tick;
import io.nexus.statemachine.command.Command.Unreserve;
import io.nexus.statemachine.command.Command.UpdatePool;
import io.nexus.statemachine.model.AllocType;
import io.nexus.statemachine.model.Claimant;
import io.nexus.statemachine.model.Identity;
import io.nexus.statemachine.model.Prefix;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A command on its way to the owner, and as part of a batch. A change of its form is a change of {@link BatchCodec}'s. */
public final class CommandCodec {
    private static final int VERSION = 2;

    private static final int OPEN_POOL = 1;
    private static final int SEAL_POOL = 2;
    private static final int ALLOCATE = 3;
    private static final int RENEW = 4;
    private static final int RELEASE = 5;
    private static final int EXPIRE = 6;
    private static final int TICK = 7;
    /** With a generation at the end. Types of their own, so that the others keep the bytes that are in logs already. */
    private static final int RENEW_GENERATION = 24;

    private static final int RELEASE_GENERATION = 25;
    private static final int OFFER = 8;
    private static final int CONFIRM = 9;
    private static final int DECLINE = 10;
    private static final int FORGET_HISTORY = 11;
    private static final int RESERVE = 12;
    private static final int UNRESERVE = 13;
    private static final int FOUND_CLUSTER = 33;
    private static final int CREATE_POOL = 34;
    private static final int FIND_POOL = 35;
    private static final int REMOVE_POOL = 36;
    private static final int REPLACE_NODE = 37;
    private static final int UPDATE_POOL = 48;

    private CommandCodec() {}

    /** Throws IllegalArgumentException for a command that could not be read back. */
    public static byte[] encode(Command command) {
        return Framed.encode(VERSION, command, CommandCodec::write);
    }

    /** Throws {@link MalformedBytes}. */
    public static Command decode(ByteBuffer buffer) {
        return Framed.decode(buffer, VERSION, "a command", CommandCodec::read);
    }

    static void write(ByteWriter writer, Command command) {
        if (command instanceof Allocate allocate) {
            writeAllocate(writer.u8(ALLOCATE), allocate);
        } else if (command instanceof Renew renew) {
            writeRenew(writer, renew);
        } else if (command instanceof Release release) {
            writeRelease(writer, release);
        } else if (isLifeOfAnAddress(command)) {
            writeLife(writer, command);
        } else if (command instanceof Expire expire) {
            writeExpire(writer.u8(EXPIRE), expire);
        } else if (command instanceof ForgetHistory forget) {
            writeForget(writer.u8(FORGET_HISTORY), forget);
        } else if (command instanceof Tick) {
            writer.u8(TICK);
        } else if (command instanceof OpenPool open) {
            PoolEntryCodec.write(writer.u8(OPEN_POOL), open.pool());
        } else if (command instanceof SealPool seal) {
            writer.u8(SEAL_POOL).vint31(seal.instance());
        } else {
            writeMeta(writer, command);
        }
    }

    private static boolean isLifeOfAnAddress(Command command) {
        return command instanceof Offer
                || command instanceof Confirm
                || command instanceof Decline
                || command instanceof Reserve
                || command instanceof Unreserve;
    }

    private static void writeLife(ByteWriter writer, Command command) {
        if (command instanceof Offer offer) {
            IdentityCodec.write(writer.u8(OFFER).vint31(offer.instance()), offer.owner());
            writeOptional(writer.bytes(offer.mac()), offer.requested());
            AllocationCodec.writeAttachment(writer.vint(offer.ttlSeconds()), offer.attachment());
        } else if (command instanceof Confirm confirm) {
            IdentityCodec.write(writer.u8(CONFIRM).vint31(confirm.instance()), confirm.owner());
            writeOptional(writer, confirm.prefix());
            writer.u8(code(confirm.type())).vint(confirm.ttlSeconds());
        } else if (command instanceof Decline decline) {
            IdentityCodec.write(writer.u8(DECLINE).vint31(decline.instance()), decline.owner());
            writeOptional(writer, decline.prefix());
            writer.vint31(decline.generation());
        } else if (command instanceof Reserve reserve) {
            PrefixCodec.write(writer.u8(RESERVE).vint31(reserve.instance()), reserve.prefix());
            writer.u8(reserve.claimant().kind().ordinal())
                    .string(reserve.claimant().name());
        } else if (command instanceof Unreserve unreserve) {
            PrefixCodec.write(writer.u8(UNRESERVE).vint31(unreserve.instance()), unreserve.prefix());
        }
    }

    private static Claimant readClaimant(ByteReader reader) {
        int kind = reader.u8();
        if (kind >= Claimant.Kind.values().length) {
            throw reader.malformed("unknown kind of claimant " + kind);
        }
        return new Claimant(Claimant.Kind.values()[kind], reader.string());
    }

    private static int code(@Nullable AllocType type) {
        return type == null ? 0 : type.code();
    }

    private static @Nullable AllocType type(int code) {
        return code == 0 ? null : AllocType.ofCode(code);
    }

    private static void writeMeta(ByteWriter writer, Command command) {
        if (command instanceof FoundCluster found) {
            PlanCodec.write(writer.u8(FOUND_CLUSTER), found.plan());
        } else if (command instanceof CreatePool create) {
            PoolEntryCodec.writeSpec(writer.u8(CREATE_POOL), create.spec());
        } else if (command instanceof UpdatePool update) {
            PoolEntryCodec.writeSpec(
                    writer.u8(UPDATE_POOL).vint31(update.instance()).vint31(update.revision()), update.spec());
        } else if (command instanceof FindPool find) {
            writer.u8(FIND_POOL).string(find.poolId());
        } else if (command instanceof RemovePool remove) {
            writer.u8(REMOVE_POOL).vint31(remove.instance());
        } else if (command instanceof ReplaceNode replace) {
            PlanCodec.writeNode(writer.u8(REPLACE_NODE).string(replace.oldNodeId()), replace.node());
        } else {
            throw new IllegalArgumentException("no code for " + command.getClass());
        }
    }

    static Command read(ByteReader reader) {
        int type = reader.u8();
        return switch (type) {
            case OPEN_POOL -> new OpenPool(PoolEntryCodec.read(reader));
            case SEAL_POOL -> new SealPool(reader.vint31());
            case ALLOCATE -> readAllocate(reader);
            case RENEW -> new Renew(reader.vint31(), IdentityCodec.read(reader), reader.vint());
            case RENEW_GENERATION ->
                new Renew(reader.vint31(), IdentityCodec.read(reader), reader.vint(), readGeneration(reader));
            case RELEASE -> new Release(reader.vint31(), IdentityCodec.read(reader), readOptional(reader));
            case RELEASE_GENERATION ->
                new Release(reader.vint31(), IdentityCodec.read(reader), readOptional(reader), readGeneration(reader));
            case EXPIRE -> readExpire(reader);
            case OFFER ->
                new Offer(
                        reader.vint31(),
                        IdentityCodec.read(reader),
                        reader.bytes(),
                        readOptional(reader),
                        reader.vint(),
                        AllocationCodec.readAttachment(reader));
            case CONFIRM ->
                new Confirm(
                        reader.vint31(),
                        IdentityCodec.read(reader),
                        readOptional(reader),
                        type(reader.u8()),
                        reader.vint());
            case DECLINE ->
                new Decline(reader.vint31(), IdentityCodec.read(reader), readOptional(reader), reader.vint31());
            case FORGET_HISTORY -> readForget(reader);
            case RESERVE -> new Reserve(reader.vint31(), PrefixCodec.read(reader), readClaimant(reader));
            case UNRESERVE -> new Unreserve(reader.vint31(), PrefixCodec.read(reader));
            case TICK -> new Tick();
            case FOUND_CLUSTER -> new FoundCluster(PlanCodec.read(reader));
            case CREATE_POOL -> new CreatePool(PoolEntryCodec.readSpec(reader));
            case FIND_POOL -> new FindPool(reader.string());
            case UPDATE_POOL -> new UpdatePool(reader.vint31(), reader.vint31(), PoolEntryCodec.readSpec(reader));
            case REMOVE_POOL -> new RemovePool(reader.vint31());
            case REPLACE_NODE -> new ReplaceNode(reader.string(), PlanCodec.readNode(reader));
            default -> throw reader.malformed("unknown type of command " + type);
        };
    }

    private static void writeAllocate(ByteWriter writer, Allocate allocate) {
        IdentityCodec.write(writer.vint31(allocate.instance()), allocate.owner());
        writeOptional(writer.bytes(allocate.mac()), allocate.requested());
        writer.u8(code(allocate.type())).vint(allocate.ttlSeconds());
        AllocationCodec.writeAttachment(writer, allocate.attachment());
    }

    private static Allocate readAllocate(ByteReader reader) {
        int instance = reader.vint31();
        Identity owner = IdentityCodec.read(reader);
        byte[] mac = reader.bytes();
        Prefix requested = readOptional(reader);
        AllocType type = type(reader.u8());
        return new Allocate(
                instance, owner, mac, requested, type, reader.vint(), AllocationCodec.readAttachment(reader));
    }

    private static void writeRenew(ByteWriter writer, Renew renew) {
        boolean anyGeneration = renew.generation() == 0;
        IdentityCodec.write(
                writer.u8(anyGeneration ? RENEW : RENEW_GENERATION).vint31(renew.instance()), renew.owner());
        writer.vint(renew.ttlSeconds());
        if (!anyGeneration) {
            writer.vint31(renew.generation());
        }
    }

    private static void writeRelease(ByteWriter writer, Release release) {
        boolean anyGeneration = release.generation() == 0;
        IdentityCodec.write(
                writer.u8(anyGeneration ? RELEASE : RELEASE_GENERATION).vint31(release.instance()), release.owner());
        writeOptional(writer, release.prefix());
        if (!anyGeneration) {
            writer.vint31(release.generation());
        }
    }

    /** One without is written as another type: a command has one encoding. */
    private static int readGeneration(ByteReader reader) {
        int generation = reader.vint31();
        if (generation == 0) {
            throw reader.malformed("generation 0 where one was announced");
        }
        return generation;
    }

    private static void writeExpire(ByteWriter writer, Expire expire) {
        writer.vint31(expire.instance()).vint31(expire.units().length);
        for (long unit : expire.units()) {
            writer.vint(unit);
        }
    }

    private static Expire readExpire(ByteReader reader) {
        int instance = reader.vint31();
        long[] units = new long[reader.count(1)];
        for (int i = 0; i < units.length; i++) {
            units[i] = reader.vint();
        }
        return new Expire(instance, units);
    }

    private static void writeForget(ByteWriter writer, ForgetHistory forget) {
        writer.vint31(forget.instance()).vint31(forget.units().length);
        for (int i = 0; i < forget.units().length; i++) {
            writer.vint(forget.units()[i]).vint(forget.ended()[i]);
        }
    }

    private static ForgetHistory readForget(ByteReader reader) {
        int instance = reader.vint31();
        long[] units = new long[reader.count(2)];
        long[] ended = new long[units.length];
        for (int i = 0; i < units.length; i++) {
            units[i] = reader.vint();
            ended[i] = reader.vint();
        }
        return new ForgetHistory(instance, units, ended);
    }

    private static void writeOptional(ByteWriter writer, @Nullable Prefix prefix) {
        writer.bool(prefix != null);
        if (prefix != null) {
            PrefixCodec.write(writer, prefix);
        }
    }

    private static @Nullable Prefix readOptional(ByteReader reader) {
        return reader.bool() ? PrefixCodec.read(reader) : null;
    }
}
