package io.nexus.crdt.records;

import java.util.UUID;

/** What a node says of its replica. */
public record Statement(UUID node, RecordState state) {}
