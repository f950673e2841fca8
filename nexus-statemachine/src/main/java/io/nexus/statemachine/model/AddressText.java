package io.nexus.statemachine.model;

/** Placeholder of the strict parser and RFC 5952 formatter. */
final class AddressText {
    private AddressText() {}

    static String format(Prefix prefix) {
        return Long.toHexString(prefix.hi()) + ":" + Long.toHexString(prefix.lo());
    }
}
