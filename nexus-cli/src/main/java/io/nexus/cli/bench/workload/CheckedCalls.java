package io.nexus.cli.bench.workload;

import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.AllocateResponse;
import io.nexus.api.v1.Allocation;
import io.nexus.api.v1.LookupByIPRequest;
import io.nexus.api.v1.LookupRequest;
import io.nexus.api.v1.LookupResponse;
import io.nexus.api.v1.ReleaseRequest;
import io.nexus.api.v1.RenewRequest;
import io.nexus.cli.bench.fleet.Calls;
import io.nexus.cli.bench.fleet.FailureReason;
import io.nexus.cli.bench.fleet.Fleet;
import io.nexus.cli.bench.load.Job.Ticket;
import io.nexus.cli.bench.verify.PoolBook;
import java.util.List;
import java.util.function.Consumer;

/** One call for one subscriber: sent to the right node, its answer held to the book, its ticket ended. Thread-safe. */
final class CheckedCalls {
    private final List<PoolBook> books;
    private final Fleet.Target target;

    CheckedCalls(List<PoolBook> books, Fleet.Target target) {
        this.books = List.copyOf(books);
        this.target = target;
    }

    int pools() {
        return books.size();
    }

    PoolBook book(int pool) {
        return books.get(pool);
    }

    private Calls to(int pool, Ticket ticket) {
        return target.of(pool, ticket.number());
    }

    void allocate(int pool, int subscriber, long ttlSeconds, Ticket ticket, int kind) {
        allocate(pool, subscriber, ttlSeconds, ticket, kind, answer -> {});
    }

    /** @param more done with the answer before the ticket ends */
    void allocate(int pool, int subscriber, long ttlSeconds, Ticket ticket, int kind, Consumer<AllocateResponse> more) {
        PoolBook book = books.get(pool);
        AllocateRequest request = AllocateRequest.newBuilder()
                .setSubscriberId(book.enter(subscriber))
                .setPoolId(book.pool())
                .setTtlSeconds(ttlSeconds)
                .build();
        to(pool, ticket)
                .allocate(
                        request,
                        answer -> {
                            book.granted(subscriber, answer.getAllocation());
                            more.accept(answer);
                            ticket.succeeded(kind);
                        },
                        failed(ticket, kind));
    }

    void renew(int pool, int subscriber, long ttlSeconds, Ticket ticket, int kind) {
        PoolBook book = books.get(pool);
        RenewRequest request = RenewRequest.newBuilder()
                .setSubscriberId(book.enter(subscriber))
                .setPoolId(book.pool())
                .setTtlSeconds(ttlSeconds)
                .build();
        to(pool, ticket)
                .renew(
                        request,
                        answer -> {
                            book.granted(subscriber, answer.getAllocation());
                            ticket.succeeded(kind);
                        },
                        failed(ticket, kind));
    }

    void release(int pool, int subscriber, Ticket ticket, int kind) {
        PoolBook book = books.get(pool);
        ReleaseRequest request = ReleaseRequest.newBuilder()
                .setSubscriberId(book.enter(subscriber))
                .setPoolId(book.pool())
                .build();
        book.letGo(subscriber);
        to(pool, ticket).release(request, answer -> ticket.succeeded(kind), failed(ticket, kind));
    }

    /** Of a subscriber who holds an address and keeps it. */
    void lookup(int pool, int subscriber, Ticket ticket, int kind) {
        PoolBook book = books.get(pool);
        lookup(pool, book.name(subscriber), ticket, kind, found -> book.found(subscriber, found));
    }

    void lookupNobody(int pool, Ticket ticket, int kind) {
        String nobody = "nobody-" + ticket.number();
        lookup(pool, nobody, ticket, kind, found -> books.get(pool).nobody(nobody, found));
    }

    private void lookup(int pool, String name, Ticket ticket, int kind, Consumer<List<Allocation>> check) {
        LookupRequest request = LookupRequest.newBuilder()
                .setSubscriberId(name)
                .setPoolId(books.get(pool).pool())
                .build();
        to(pool, ticket).lookup(request, checked(check, ticket, kind), failed(ticket, kind));
    }

    /** The address of a subscriber who holds one and keeps it. */
    void lookupAddress(int pool, int subscriber, Ticket ticket, int kind) {
        PoolBook book = books.get(pool);
        lookupAddress(pool, book.address(subscriber), ticket, kind, found -> book.found(subscriber, found));
    }

    /** The gateway's address, which is never given: the owner of its pool is asked to be sure. */
    void lookupFreeAddress(int pool, Ticket ticket, int kind) {
        PoolBook book = books.get(pool);
        lookupAddress(pool, book.gateway(), ticket, kind, found -> book.nobody(book.gateway(), found));
    }

    private void lookupAddress(int pool, String ip, Ticket ticket, int kind, Consumer<List<Allocation>> check) {
        LookupByIPRequest request = LookupByIPRequest.newBuilder()
                .setIp(ip)
                .setSpace(books.get(pool).space())
                .build();
        to(pool, ticket).lookupByIp(request, checked(check, ticket, kind), failed(ticket, kind));
    }

    private static Consumer<LookupResponse> checked(Consumer<List<Allocation>> check, Ticket ticket, int kind) {
        return answer -> {
            check.accept(answer.getAllocationsList());
            ticket.succeeded(kind);
        };
    }

    private static Consumer<Throwable> failed(Ticket ticket, int kind) {
        return failure -> ticket.failed(kind, FailureReason.of(failure));
    }
}
