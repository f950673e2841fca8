package io.nexus.api.cluster;

/** Terms that tests found clusters with. */
final class TestTerms {
    static final HardSettings SETTINGS = new HardSettings(null, 12, 7, HardSettings.FORMAT_VERSION, 20);

    private TestTerms() {}

    static FoundingTerms of(PeerAddresses peers) {
        return of(peers, SETTINGS);
    }

    static FoundingTerms of(PeerAddresses peers, HardSettings settings) {
        return new FoundingTerms(addresses(peers.self()), peers, settings, 3);
    }

    static NodeAddresses addresses(String peerAddr) {
        return new NodeAddresses(
                "name-" + peerAddr, peerAddr, "raft-" + peerAddr, "grpc-" + peerAddr, "http-" + peerAddr);
    }
}
