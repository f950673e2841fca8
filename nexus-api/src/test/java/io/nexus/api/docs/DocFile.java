package io.nexus.api.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Holds a file of the documentation to the code: a whole file, or the part between {@code <!-- generated -->} and {@code
 * <!-- end -->}. With {@code -Dnexus.docs.write=true} the file is written instead of compared.
 */
public final class DocFile {
    private static final String BEGIN = "<!-- generated -->\n";
    private static final String END = "<!-- end -->\n";

    private DocFile() {}

    /** @param path from the top of the repository */
    public static void holdsWhole(String path, String expected) {
        check(path, expected);
    }

    /** @param path from the top of the repository */
    public static void holdsPart(String path, String expected) {
        String text = read(path);
        int begin = text.indexOf(BEGIN) + BEGIN.length();
        int end = text.indexOf(END);
        assertThat(begin).as("marks in " + path).isBetween(BEGIN.length(), end);
        check(path, text.substring(0, begin) + expected + text.substring(end));
    }

    private static void check(String path, String expected) {
        if (Boolean.getBoolean("nexus.docs.write")) {
            write(path, expected);
        }
        assertThat(read(path))
                .as("%s differs from the code; write it with -Dnexus.docs.write=true", path)
                .isEqualTo(expected);
    }

    private static String read(String path) {
        try {
            return Files.readString(file(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(String path, String text) {
        try {
            Files.writeString(file(path), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path file(String path) {
        return Path.of("..", path);
    }
}
