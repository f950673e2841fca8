package io.nexus.api.service;

/** One field of a kind of record. */
public record RecordField(String name, Type type) {
    public enum Type {
        /** Up to 256 characters. */
        TEXT,
        /** Six octets; kept as lower case with colons. */
        MAC,
        /** A whole number, not negative. */
        COUNT,
        /** Unix seconds; 0: not known. */
        TIME,
        /** Texts by name. */
        MAP
    }
}
