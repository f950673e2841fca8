package io.nexus.api.keyspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nexus.api.error.ProblemException;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyPathTest {
    @Test
    void text_escapesWhatWouldMeanSomethingElse() {
        for (String element : List.of("3c:84:6a:12:87:8e", "jane@isp.example", "a/b", "100%", "ä ?#", "%2F")) {
            String text = KeyPath.of("pools", element, "config").toString();
            assertThat(text).matches("/nexus/pools/[!-~&&[^/?#]]+/config");
            assertThat(KeyPath.parse("key", text).elements()).containsExactly("pools", element, "config");
        }
        assertThat(KeyPath.of("a", "3c:84", "x/y").toString()).isEqualTo("/nexus/a/3c:84/x%2Fy");
    }

    @Test
    void parse_takesTheRootAndASlashAtTheEnd() {
        for (String root : List.of("", "/", "/nexus", "/nexus/")) {
            assertThat(KeyPath.parse("key", root).elements()).isEmpty();
        }
        assertThat(KeyPath.parse("key", "/nexus/pools/").elements()).containsExactly("pools");
        assertThat(KeyPath.parse("key", "/nexus/a%2fb").elements()).containsExactly("a/b");
    }

    @Test
    void parse_nonsense_namesTheField() {
        for (String bad : List.of(
                "/etc",
                "nexus/pools",
                "/nexusx",
                "/nexus//pools",
                "/nexus/%",
                "/nexus/%zz",
                "/nexus/%ff",
                "/nexus/" + "a".repeat(3_000))) {
            assertThatThrownBy(() -> KeyPath.parse("prefix", bad))
                    .as(bad)
                    .isInstanceOf(ProblemException.class)
                    .hasMessageContaining("prefix");
        }
    }
}
