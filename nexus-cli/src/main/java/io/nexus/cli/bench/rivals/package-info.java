/**
 * Other systems doing the same job on the same machine: give one subscriber one address, durably, and look it up. Each
 * has a driver that is as direct as its protocol allows, so that what is compared is the systems. A comparison runs on
 * one thread; the drivers' calls end on their own threads.
 */
@NullMarked
package io.nexus.cli.bench.rivals;

import org.jspecify.annotations.NullMarked;
