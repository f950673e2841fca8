/**
 * Range-based set reconciliation (A. Meyer, arXiv 2212.13567): finds the rows in which two copies differ by comparing
 * count and digest of key ranges, split by sixteen where they differ. Pure: no threads, clocks or I/O but the rows given.
 * One thread at a time uses an object.
 */
@NullMarked
package io.nexus.crdt.repair;

import org.jspecify.annotations.NullMarked;
