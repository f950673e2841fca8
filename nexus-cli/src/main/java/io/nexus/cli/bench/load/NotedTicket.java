package io.nexus.cli.bench.load;

import io.nexus.cli.bench.load.Job.Ticket;
import java.util.function.Consumer;

/** A ticket that also tells somebody how the call ended, before it ends. */
public record NotedTicket(Ticket ticket, Consumer<Boolean> succeeded) implements Ticket {
    @Override
    public long number() {
        return ticket.number();
    }

    @Override
    public int slot() {
        return ticket.slot();
    }

    @Override
    public void succeeded(int kind) {
        succeeded.accept(true);
        ticket.succeeded(kind);
    }

    @Override
    public void failed(int kind, String reason) {
        succeeded.accept(false);
        ticket.failed(kind, reason);
    }
}
