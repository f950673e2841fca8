package io.nexus.api.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.config.ConfigLoader.Loaded;
import io.nexus.api.docs.DocFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ConfigDocsTest {
    private static final int WIDTH = 100;

    @Test
    void configurationReference_isTheKeys() {
        String rows = Arrays.stream(ConfigKey.values())
                .map(key -> "| `%s` | `%s` | %s | %s | %s |\n"
                        .formatted(
                                key.path(),
                                key.env(),
                                key.kind().description(),
                                key.defaultText().isEmpty() ? "empty" : "`" + key.defaultText() + "`",
                                key.help()))
                .collect(Collectors.joining());
        DocFile.holdsPart(
                "docs/reference/configuration.md",
                "\n| key | variable | value | default | meaning |\n|---|---|---|---|---|\n" + rows + "\n");
    }

    @Test
    void sampleFile_hasEveryKeyWithItsDefault() {
        StringBuilder out = new StringBuilder(
                "# Every key of a Nexus node with its default. See docs/reference/configuration.md.\n");
        String section = "";
        for (ConfigKey key : ConfigKey.values()) {
            if (!key.section().equals(section)) {
                section = key.section();
                out.append('\n').append(section).append(":\n");
            }
            out.append(wrapped(key.help() + " (" + key.kind().description() + "; " + key.env() + ")"));
            out.append("  ").append(key.leaf()).append(": ").append(yaml(key)).append('\n');
        }
        DocFile.holdsWhole("conf/nexus.yaml", out.toString());
    }

    @Test
    void sampleFile_isTheDefaults() {
        Loaded sample = read(Path.of("../conf/nexus.yaml"), Map.of());
        assertThat(sample.errors()).isEmpty();
        assertThat(sample.config()).isEqualTo(read(null, Map.of()).config());
    }

    private static String yaml(ConfigKey key) {
        if (key.kind().list()) {
            return "[" + key.defaultText() + "]";
        }
        return key.defaultText().isEmpty() ? "\"\"" : key.defaultText();
    }

    private static String wrapped(String text) {
        StringBuilder out = new StringBuilder();
        StringBuilder line = new StringBuilder("  #");
        for (String word : text.split(" ")) {
            if (line.length() + word.length() >= WIDTH) {
                out.append(line).append('\n');
                line = new StringBuilder("  #");
            }
            line.append(' ').append(word);
        }
        return out.append(line).append('\n').toString();
    }

    private static Loaded read(@Nullable Path file, Map<String, String> environment) {
        return ConfigLoader.load(file, environment, "box");
    }
}
