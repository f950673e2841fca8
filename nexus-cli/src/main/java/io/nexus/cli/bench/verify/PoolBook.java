package io.nexus.cli.bench.verify;

import io.nexus.api.v1.Allocation;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Who was told which address of one IPv4 pool, outside of the cluster: eight bytes for each address and subscriber, so
 * that millions fit. Subscribers have numbers from 0. Thread-safe as long as one subscriber has at most one write under
 * way.
 */
public final class PoolBook {
    private static final int FREE = 0;

    private final String pool;
    private final String space;
    private final long base;
    private final String names;
    private final Verdict verdict;
    /** By offset of the address: the holder's number + 1. */
    private final AtomicIntegerArray holders;
    /** By number of the subscriber: the offset of the address + 1. */
    private final AtomicIntegerArray held;

    private final AtomicInteger entered = new AtomicInteger();

    /**
     * @param base first address of the pool's CIDR
     * @param units addresses in the CIDR
     * @param names of subscribers: this, and the number
     * @param subscribers at most
     */
    public PoolBook(String pool, String space, long base, int units, String names, int subscribers, Verdict verdict) {
        this.pool = pool;
        this.space = space;
        this.base = base;
        this.names = names;
        this.verdict = verdict;
        this.holders = new AtomicIntegerArray(units);
        this.held = new AtomicIntegerArray(subscribers);
    }

    public String pool() {
        return pool;
    }

    public String space() {
        return space;
    }

    /** Of the pool, never handed out. */
    public String gateway() {
        return text(base + 1);
    }

    public int subscribers() {
        return held.length();
    }

    public String name(int subscriber) {
        return names + subscriber;
    }

    /** The name of a subscriber about to be written for. */
    public String enter(int subscriber) {
        if (subscriber >= entered.get()) {
            entered.accumulateAndGet(subscriber + 1, Math::max);
        }
        return name(subscriber);
    }

    /** Subscribers from 0 up to here, exclusively, may hold something. */
    public int entered() {
        return entered.get();
    }

    /** How many subscribers hold an address. Looks at all of them. */
    public int holding() {
        int count = 0;
        for (int i = 0; i < entered(); i++) {
            count += holds(i) ? 1 : 0;
        }
        return count;
    }

    public boolean holds(int subscriber) {
        return held.get(subscriber) != FREE;
    }

    /** The address that the subscriber was told last; it must hold one. */
    public String address(int subscriber) {
        return text(base + held.get(subscriber) - 1);
    }

    /* --------------- what was answered --------------- */

    /** An acknowledged allocation or renewal. */
    public void granted(int subscriber, Allocation answer) {
        verdict.answer();
        if (!isOf(subscriber, answer)) {
            return;
        }
        int offset = offset(answer.getIp());
        if (offset < 0 || answer.getPrefixLength() != 32) {
            violation(name(subscriber) + " was given " + answer.getIp() + "/" + answer.getPrefixLength()
                    + ", which is not of pool " + pool);
            return;
        }
        int before = held.getAndSet(subscriber, offset + 1);
        if (before != FREE && before != offset + 1) {
            violation(name(subscriber) + " holds " + text(base + before - 1) + " and was told " + answer.getIp());
        }
        int holder = holders.compareAndExchange(offset, FREE, subscriber + 1);
        if (holder != FREE && holder != subscriber + 1) {
            violation(answer.getIp() + " was given to " + name(holder - 1) + " and to " + name(subscriber));
        }
    }

    /** Before a release is sent: from now on the address may be anybody's. */
    public void letGo(int subscriber) {
        int offset = held.getAndSet(subscriber, FREE) - 1;
        if (offset >= 0) {
            holders.compareAndSet(offset, subscriber + 1, FREE);
        }
    }

    /** Of a subscriber who holds an address and has no write under way. */
    public void found(int subscriber, List<Allocation> answer) {
        verdict.answer();
        if (answer.size() != 1) {
            violation("a lookup of " + name(subscriber) + ", who holds " + address(subscriber) + ", found "
                    + answer.stream().map(Allocation::getIp).toList());
        } else if (isOf(subscriber, answer.get(0)) && !answer.get(0).getIp().equals(address(subscriber))) {
            violation("a lookup of " + name(subscriber) + ", who holds " + address(subscriber) + ", found "
                    + answer.get(0).getIp());
        }
    }

    /** Of something that nobody holds. */
    public void nobody(String asked, List<Allocation> answer) {
        verdict.answer();
        if (!answer.isEmpty()) {
            violation("a lookup of " + asked + ", which nobody holds, found "
                    + answer.get(0).getSubscriberId());
        }
    }

    public void violation(String text) {
        verdict.violation(text);
    }

    private boolean isOf(int subscriber, Allocation answer) {
        boolean right = answer.getSubscriberId().equals(name(subscriber))
                && answer.getPoolId().equals(pool);
        if (!right) {
            violation("asked for " + name(subscriber) + " in " + pool + ", answered for " + answer.getSubscriberId()
                    + " in " + answer.getPoolId());
        }
        return right;
    }

    /* --------------- addresses --------------- */

    private int offset(String ip) {
        long address = 0;
        int part = 0;
        int parts = 1;
        for (int i = 0; i < ip.length(); i++) {
            char c = ip.charAt(i);
            if (c == '.') {
                address = address << 8 | part;
                part = 0;
                parts++;
            } else if (c >= '0' && c <= '9') {
                part = part * 10 + c - '0';
            } else {
                return -1;
            }
        }
        long offset = (address << 8 | part) - base;
        return parts == 4 && offset >= 0 && offset < holders.length() ? (int) offset : -1;
    }

    /** Dotted. */
    public static String text(long address) {
        return (address >> 24 & 0xff) + "." + (address >> 16 & 0xff) + "." + (address >> 8 & 0xff) + "."
                + (address & 0xff);
    }
}
