package io.nexus.cli.bench.workload;

import io.nexus.cli.bench.load.Job;
import io.nexus.cli.bench.load.NotedTicket;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Who holds an address gives it back, who holds none asks for one, each in turn. A subscriber whose call failed is left
 * alone from then on: the call may still take effect.
 */
final class Turnover implements Job {
    private record Member(int pool, int subscriber) {}

    private final CheckedCalls calls;
    private final Set<Member> holders = new HashSet<>();
    private final Queue<Member> waiting = new ConcurrentLinkedQueue<>();

    Turnover(CheckedCalls calls) {
        this.calls = calls;
    }

    /** The order in which they are added is the order in which they take their turns. */
    void add(int pool, int subscriber) {
        waiting.add(new Member(pool, subscriber));
    }

    /** Adds the first subscriber from a number on, going round, who holds an address and is not in yet. */
    void addHolder(int pool, int from, int subscribers) {
        for (int i = 0; i < subscribers; i++) {
            int subscriber = (from + i) % subscribers;
            if (calls.book(pool).holds(subscriber) && holders.add(new Member(pool, subscriber))) {
                add(pool, subscriber);
                return;
            }
        }
    }

    @Override
    public List<String> kinds() {
        return List.of("allocate", "release");
    }

    @Override
    public void start(Ticket ticket) {
        Member member = waiting.poll();
        if (member == null) {
            ticket.failed(0, "NO_SUBSCRIBER_LEFT");
            return;
        }
        NotedTicket noted = new NotedTicket(ticket, succeeded -> {
            if (succeeded) {
                waiting.add(member);
            }
        });
        if (calls.book(member.pool()).holds(member.subscriber())) {
            calls.release(member.pool(), member.subscriber(), noted, 1);
        } else {
            calls.allocate(member.pool(), member.subscriber(), 0, noted, 0);
        }
    }
}
