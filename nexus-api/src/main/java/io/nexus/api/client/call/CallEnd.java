package io.nexus.api.client.call;

import io.nexus.api.client.node.NodeLink;

/** Hears how a call ended: one of the two, once. Must not block. */
public interface CallEnd<R> {
    /** @param by the node that answered */
    void answered(R value, NodeLink by);

    void failed(Failure failure);
}
