package io.nexus.cli.demo;

import io.nexus.api.v1.Allocation;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What the cluster acknowledged, kept outside of it, to hold it to its word. Thread-safe. */
public final class Ledger {
    /** One acknowledged allocation. */
    public record Entry(String pool, String subscriber, String address) {}

    private final Map<String, Entry> byHolder = new ConcurrentHashMap<>();
    private final Map<String, Entry> byAddress = new ConcurrentHashMap<>();
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();

    public void acknowledged(Allocation allocation) {
        Entry entry = new Entry(
                allocation.getPoolId(),
                allocation.getSubscriberId(),
                allocation.getIp() + "/" + allocation.getPrefixLength());
        Entry before = byAddress.putIfAbsent(entry.address(), entry);
        if (before != null && !before.equals(entry)) {
            violations.add(entry.address() + " was given to " + before.subscriber() + " and to " + entry.subscriber());
        }
        Entry held = byHolder.putIfAbsent(key(entry.pool(), entry.subscriber()), entry);
        if (held != null && !held.equals(entry)) {
            violations.add(entry.subscriber() + " was told " + held.address() + " and then " + entry.address());
        }
    }

    /** Compares what a node says now with what was acknowledged. */
    public void check(String node, Entry entry, java.util.List<Allocation> answer) {
        boolean there = answer.stream()
                .anyMatch(a -> a.getPoolId().equals(entry.pool())
                        && a.getSubscriberId().equals(entry.subscriber())
                        && (a.getIp() + "/" + a.getPrefixLength()).equals(entry.address()));
        if (!there) {
            violations.add(node + " does not know that " + entry.subscriber() + " holds " + entry.address()
                    + "; it says: " + answer.stream().map(Allocation::getIp).toList());
        }
    }

    public void violation(String text) {
        violations.add(text);
    }

    public java.util.List<Entry> entries() {
        return java.util.List.copyOf(byHolder.values());
    }

    public int size() {
        return byHolder.size();
    }

    public java.util.List<String> violations() {
        return java.util.List.copyOf(violations);
    }

    private static String key(String pool, String subscriber) {
        return pool + "\n" + subscriber;
    }
}
