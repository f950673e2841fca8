/**
 * Who owns what: the client's copy of pool, segment and owner, so that a write goes to the owner without a detour. Only
 * a hint: a wrong one costs a forwarded call, never a wrong answer. Thread-safe, never blocks.
 */
@NullMarked
package io.nexus.api.client.route;

import org.jspecify.annotations.NullMarked;
