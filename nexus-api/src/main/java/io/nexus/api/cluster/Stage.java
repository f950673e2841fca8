package io.nexus.api.cluster;

/** How far a node has come on its way into a cluster; part of {@code node.json}. */
public enum Stage {
    /** Belongs to no cluster. */
    BLANK,
    /** Accepted a plan, and will never accept another; does not know yet whether all others did. Runs no group. */
    ACCEPTED,
    /** The plan is in force; this node creates the groups that it has seats in. */
    FORMING,
    /** Took the seats of a node that lost its disk; creates empty groups that the owners will fill. */
    REPLACING,
    /** Its groups were created: from now on what is on its disk must be there. */
    FOUNDED;

    /** True if the node's plan is that of a cluster that exists. */
    public boolean inForce() {
        return compareTo(FORMING) >= 0;
    }
}
