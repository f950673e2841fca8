package io.nexus.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.nexus.api.cluster.IdentityRefused;
import io.nexus.cli.CommandFailure;
import io.nexus.cli.ExitCode;
import io.nexus.statemachine.storage.StorageFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import org.junit.jupiter.api.Test;

final class ServeCommandTest {
    @Test
    void refused_everyKnownCause_isOneSentenceAndItsCode() {
        assertThat(code(new IdentityRefused("it is locked"))).isEqualTo(ExitCode.STORAGE);
        assertThat(code(new StorageFailure("the store is damaged"))).isEqualTo(ExitCode.STORAGE);
        assertThat(code(new IOException("port 9000 is taken"))).isEqualTo(ExitCode.REFUSED);
        UncheckedIOException readOnly = new UncheckedIOException("cannot lock it", new AccessDeniedException("/data"));
        assertThat(code(readOnly)).isEqualTo(ExitCode.STORAGE);
        assertThat(ServeCommand.refused(readOnly))
                .hasMessageContaining("cannot lock it")
                .hasMessageContaining("/data");
    }

    @Test
    void refused_anythingElse_keepsItsTrace() {
        IllegalStateException bug = new IllegalStateException("a bug");
        assertThat(ServeCommand.refused(bug)).isSameAs(bug);
    }

    private static ExitCode code(Exception failure) {
        return ((CommandFailure) ServeCommand.refused(failure)).code();
    }
}
