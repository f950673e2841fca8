package io.nexus.api.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.cluster.PeerReport;
import io.nexus.api.cluster.PeerReports;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PeerProgressTest {

    @Test
    void heartbeats_tellOfTheCopiesThatNodesHave() {
        PeerReport one = report("one", Map.of(3, new PeerReport.Copy(1, 17, true, null, 4)));
        PeerReport two = report("two", Map.of(3, new PeerReport.Copy(1, 9, false, "one", 4)));
        PeerReport three = report("three", Map.of());
        PeerProgress progress = PeerProgress.from(new PeerReports() {
            @Override
            public PeerReport report(String nodeId) {
                throw new UnsupportedOperationException();
            }

            @Override
            public List<PeerReport> reports() {
                return List.of(one, two, three);
            }
        });
        assertThat(progress.of(3))
                .containsExactly(
                        new PeerProgress.Progress("one", 1, 17, true), new PeerProgress.Progress("two", 1, 9, false));
        assertThat(progress.of(4)).isEmpty();
    }

    private static PeerReport report(String nodeId, Map<Integer, PeerReport.Copy> copies) {
        return new PeerReport(nodeId, 0, Set.of(), Map.of(), copies);
    }
}
