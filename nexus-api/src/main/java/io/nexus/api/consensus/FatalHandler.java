package io.nexus.api.consensus;

/**
 * What the node does when it cannot go on: a log or the store failed, or Ratis shut itself down. Must end the process
 * with a non-zero status, soon. May be called more than once, on any thread, Ratis' own among them: must not block.
 */
@FunctionalInterface
public interface FatalHandler {
    /**
     * The node must end.
     *
     * @param what a sentence for the operator
     */
    void fatal(String what, Throwable cause);
}
