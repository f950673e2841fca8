package io.nexus.cli.output;

/** ANSI emphasis where the output is a terminal (and NO_COLOR is not set), plain text elsewhere. */
public record Colors(boolean on) {
    /** Colours only for a person at a terminal; see no-color.org. */
    public static Colors detect() {
        return new Colors(
                System.console() != null && System.getenv("NO_COLOR") == null && !"dumb".equals(System.getenv("TERM")));
    }

    public String bold(String text) {
        return wrap("1", text);
    }

    public String green(String text) {
        return wrap("32", text);
    }

    public String yellow(String text) {
        return wrap("33", text);
    }

    public String red(String text) {
        return wrap("31", text);
    }

    private String wrap(String code, String text) {
        return on ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
