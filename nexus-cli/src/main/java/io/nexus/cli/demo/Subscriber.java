package io.nexus.cli.demo;

import io.nexus.cli.CommandFailure;
import io.nexus.cli.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A line of the demo's subscriber file: {@code subscriber_id,mac,duid,iaid,services}. */
public record Subscriber(String id, String mac, String duid, int iaid, boolean wantsIpv6) {
    private static final String HEADER = "subscriber_id,mac,duid,iaid,services";

    public static List<Subscriber> read(Path file) {
        try {
            List<String> lines = Files.readAllLines(file);
            if (lines.isEmpty() || !lines.get(0).equals(HEADER)) {
                throw new CommandFailure(ExitCode.USAGE, file + ":1: the header must be " + HEADER);
            }
            List<Subscriber> subscribers = new ArrayList<>(lines.size());
            for (int i = 1; i < lines.size(); i++) {
                subscribers.add(parse(file, i + 1, lines.get(i)));
            }
            return subscribers;
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.USAGE, "cannot read the subscribers: " + e);
        }
    }

    private static Subscriber parse(Path file, int lineNumber, String line) {
        String[] cells = line.split(",", -1);
        if (cells.length != 5 || cells[0].isEmpty()) {
            throw new CommandFailure(ExitCode.USAGE, file + ":" + lineNumber + ": expected five cells, got: " + line);
        }
        int iaid = cells[3].isEmpty() ? 0 : Integer.parseInt(cells[3]);
        return new Subscriber(cells[0], cells[1], cells[2], iaid, cells[4].contains("v6"));
    }
}
