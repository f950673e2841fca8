package io.nexus.api.service;

import java.util.List;

/**
 * Whether this node has what it needs to serve everything: the meta state, and every stream live once. Thread-safe,
 * never blocks. A node that is not ready still answers lookups.
 */
public interface Readiness {
    boolean ready();

    /** True once lookups are answered from the store; needs no quorum, and may be long before {@link #ready}. */
    boolean serves();

    /** What is missing, a sentence each; empty exactly if {@link #ready}. */
    List<String> reasons();

    /** What is wrong though this node can serve, a sentence each. */
    List<String> warnings();
}
