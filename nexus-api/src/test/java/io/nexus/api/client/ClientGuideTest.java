package io.nexus.api.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.error.StatusTable;
import io.nexus.statemachine.model.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The guide's sample is code that compiles, and what the guide says of reasons is what the table says. */
final class ClientGuideTest {
    @Test
    void sample_isTheOneThatCompiles() throws IOException {
        String code = Files.readString(Path.of("src/test/java/io/nexus/api/client/GuideSample.java"));
        String sample = code.substring(
                        code.indexOf("// sample begins\n") + "// sample begins\n".length(),
                        code.indexOf("    // sample ends"))
                .strip();
        assertThat(Files.readString(Path.of("../docs/CLIENT.md"))).contains("```java\n" + sample + "\n}\n```");
    }

    @Test
    void reasonsThatAreRepeated_areThoseThatPassByThemselves() throws IOException {
        String guide = Files.readString(Path.of("../docs/CLIENT.md"));
        for (Reason reason : Reason.values()) {
            if (StatusTable.row(reason).retryable()) {
                assertThat(guide).contains("`" + reason + "`");
            }
        }
    }
}
