/**
 * What a node keeps on disk: every segment's rows with the position up to which they are complete. The only package
 * that knows RocksDB. One writer per segment, any number of readers.
 */
@NullMarked
package io.nexus.statemachine.storage;

import org.jspecify.annotations.NullMarked;
