package io.nexus.cli.command;

import io.nexus.api.v1.ListReservationsResponse;
import io.nexus.api.v1.Reservation;
import io.nexus.api.v1.ReserveRequest;
import io.nexus.api.v1.ReserveResponse;
import io.nexus.cli.output.Table;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "reservation",
        description = "Add, list and remove addresses that only one subscriber, DHCPv6 client or MAC gets.",
        subcommands = {ReservationCommand.Add.class, ReservationCommand.ListAll.class, ReservationCommand.Remove.class})
final class ReservationCommand {

    @Command(name = "add", description = "Reserve an address or prefix. Repeating it changes nothing.")
    static final class Add implements Callable<Integer> {
        @Mixin
        ServerOptions server = new ServerOptions();

        @Parameters(index = "0", paramLabel = "POOL", description = "pool id")
        String pool = "";

        @Parameters(index = "1", paramLabel = "ADDRESS", description = "address or prefix of the pool")
        String ip = "";

        @Option(names = "--subscriber", paramLabel = "ID", description = "for this subscriber")
        String subscriber = "";

        @Option(names = "--mac", paramLabel = "MAC", description = "for whoever asks with this hardware address")
        String mac = "";

        @Option(names = "--duid", paramLabel = "HEX", description = "for this DHCPv6 client")
        String duid = "";

        @Option(names = "--iaid", paramLabel = "N", description = "DHCPv6 identity association, with --duid")
        long iaid;

        @Override
        public Integer call() {
            ReserveResponse response = server.call(client -> client.reserve(ReserveRequest.newBuilder()
                    .setPoolId(pool)
                    .setIp(ip)
                    .setSubscriberId(subscriber)
                    .setMac(mac)
                    .setDuid(duid)
                    .setIaid((int) iaid)
                    .build()));
            if (server.json()) {
                server.show(response);
            } else {
                server.print(response.getChanged() ? "reserved " + ip : "was reserved so already");
            }
            return 0;
        }
    }

    @Command(name = "list", description = "What is reserved in a pool.")
    static final class ListAll implements Callable<Integer> {
        @Mixin
        ServerOptions server = new ServerOptions();

        @Parameters(paramLabel = "POOL", description = "pool id")
        String pool = "";

        @Override
        public Integer call() {
            ListReservationsResponse response = server.call(client -> client.listReservations(pool));
            if (server.json()) {
                server.show(response);
                return 0;
            }
            Table table = new Table("ADDRESS", "FOR", "NAME");
            for (Reservation reservation : response.getReservationsList()) {
                table.row(
                        reservation.getIp() + "/" + reservation.getPrefixLength(),
                        reservation.getKind().toLowerCase(Locale.ROOT),
                        reservation.getName());
            }
            server.show(table);
            return 0;
        }
    }

    @Command(name = "remove", description = "End a reservation. Who holds the address keeps it.")
    static final class Remove implements Callable<Integer> {
        @Mixin
        ServerOptions server = new ServerOptions();

        @Parameters(index = "0", paramLabel = "POOL", description = "pool id")
        String pool = "";

        @Parameters(index = "1", paramLabel = "ADDRESS", description = "address or prefix of the pool")
        String ip = "";

        @Override
        public Integer call() {
            ReserveResponse response = server.call(client -> client.unreserve(pool, ip));
            if (server.json()) {
                server.show(response);
            } else {
                server.print(response.getChanged() ? "no more reserved: " + ip : "was not reserved");
            }
            return 0;
        }
    }
}
