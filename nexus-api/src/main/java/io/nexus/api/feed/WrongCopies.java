package io.nexus.api.feed;

/** Hears of copies on this node whose rows are not what their position says. Any thread; must not block. */
@FunctionalInterface
public interface WrongCopies {
    void foundWrong(int segment);
}
