package io.nexus.statemachine.model;

/** A caller's text as a message may repeat it: cut short, in quotes, nothing in it that could forge a log line. */
final class Quoted {
    private static final int LENGTH_MAX = 64;

    private Quoted() {}

    static String of(String text) {
        StringBuilder quoted = new StringBuilder(LENGTH_MAX + 5).append('\'');
        for (int i = 0; i < Math.min(text.length(), LENGTH_MAX); i++) {
            char c = text.charAt(i);
            quoted.append(
                    Character.isISOControl(c) || Character.isSurrogate(c) || c == '\u2028' || c == '\u2029' ? '?' : c);
        }
        return quoted.append(text.length() > LENGTH_MAX ? "...'" : "'").toString();
    }
}
