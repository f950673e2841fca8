package io.nexus.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Style as a test of the source text: what a reader would stumble over. */
class TidyTest {
    private static final int MAIN_LINES_MAX = 350;
    private static final int TEST_LINES_MAX = 600;
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern BANNED_NAME = Pattern.compile("\\w*(Manager|Util|Utils|Helper|Impl)\\.java");
    private static final Pattern LEFT_FOR_LATER = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|X" + "XX)\\b");

    @Test
    void files_areShort() {
        assertThat(sources())
                .filteredOn(file -> lines(file).size() > (isTest(file) ? TEST_LINES_MAX : MAIN_LINES_MAX))
                .isEmpty();
    }

    @Test
    void names_sayWhatAClassDoes() {
        assertThat(sources())
                .filteredOn(file ->
                        BANNED_NAME.matcher(file.getFileName().toString()).matches())
                .isEmpty();
    }

    @Test
    void packages_haveAPurpose() {
        assertThat(sources())
                .filteredOn(file -> !isTest(file))
                .filteredOn(file -> !Files.exists(file.resolveSibling("package-info.java")))
                .isEmpty();
    }

    @Test
    void nothing_isLeftForLater() {
        assertThat(matching(LEFT_FOR_LATER)).isEmpty();
    }

    @Test
    void tests_doNotSleep() {
        assertThat(matching(Pattern.compile("Thread\\." + "sleep\\("))).isEmpty();
    }

    @Test
    void files_haveNoTabs() {
        assertThat(matching(Pattern.compile("\t"))).isEmpty();
    }

    private static List<String> matching(Pattern pattern) {
        List<String> found = new ArrayList<>();
        for (Path file : sources()) {
            List<String> lines = lines(file);
            for (int i = 0; i < lines.size(); i++) {
                if (pattern.matcher(lines.get(i)).find()) {
                    found.add(ROOT.relativize(file) + ":" + (i + 1) + " "
                            + lines.get(i).strip());
                }
            }
        }
        return found;
    }

    private static List<Path> sources() {
        List<Path> files = new ArrayList<>();
        for (String module : List.of("nexus-crdt", "nexus-statemachine", "nexus-api", "nexus-cli")) {
            try (Stream<Path> tree = Files.walk(ROOT.resolve(module).resolve("src"))) {
                tree.filter(path -> path.toString().endsWith(".java")).forEach(files::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        assertThat(files).as("the source tree is where the test expects it").hasSizeGreaterThan(50);
        return files;
    }

    private static boolean isTest(Path file) {
        return file.toString().contains("/src/test/");
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
