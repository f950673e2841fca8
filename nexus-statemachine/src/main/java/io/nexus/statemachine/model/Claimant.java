package io.nexus.statemachine.model;

import java.util.HexFormat;

/**
 * For whom an address is reserved: a subscriber, a DHCPv6 client with its IAID, or a hardware address. The kinds' order
 * is part of the durable format.
 *
 * @param name the subscriber id; of a client {@code duid in hex/iaid}; of a hardware address its six octets in hex
 */
public record Claimant(Kind kind, String name) {
    private static final HexFormat HEX = HexFormat.of();

    /** What is compared with a request. */
    public enum Kind {
        SUBSCRIBER,
        DUID,
        MAC
    }

    public static Claimant subscriber(String id) {
        return new Claimant(Kind.SUBSCRIBER, id);
    }

    public static Claimant duid(byte[] duid, int iaid) {
        return new Claimant(Kind.DUID, HEX.formatHex(duid) + "/" + Integer.toUnsignedString(iaid));
    }

    public static Claimant mac(byte[] mac) {
        return new Claimant(Kind.MAC, HEX.formatHex(mac));
    }

    /** True if this is who asks. */
    public boolean is(Identity owner, byte[] mac) {
        return switch (kind) {
            case SUBSCRIBER -> name.equals(owner.subscriber());
            case DUID -> owner.duid().length > 0 && equals(duid(owner.duid(), owner.iaid()));
            case MAC -> mac.length > 0 && equals(mac(mac));
        };
    }

    @Override
    public String toString() {
        return switch (kind) {
            case SUBSCRIBER -> "subscriber " + name;
            case DUID -> "DUID/IAID " + name;
            case MAC -> "MAC " + name;
        };
    }
}
