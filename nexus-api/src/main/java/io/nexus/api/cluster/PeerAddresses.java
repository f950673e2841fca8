package io.nexus.api.cluster;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The nodes that found a cluster together, by the address of their peer port. Every node derives the same list,
 * whether its configuration names all nodes or only the others.
 *
 * @param self this node's advertised peer address
 * @param all sorted, this node included
 */
public record PeerAddresses(String self, List<String> all) {
    public static final int DEFAULT_PORT = 9002;
    /** Every node talks to every other: what this is built and tested for. */
    public static final int MOST = 9;

    private static final Pattern BRACKETED = Pattern.compile("\\[([0-9a-f:.]+)](?::(\\d{1,5}))?");
    private static final Pattern NAMED = Pattern.compile("([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)(?::(\\d{1,5}))?");
    private static final Pattern BARE_IPV6 = Pattern.compile("[0-9a-f.]*:[0-9a-f.]*:[0-9a-f:.]*");

    public PeerAddresses {
        all = List.copyOf(all);
    }

    /**
     * The list as every node derives it.
     *
     * @param entries {@code host}, {@code host:port}, {@code [v6]} or {@code [v6]:port}; empty: a one-node cluster
     * @param advertised this node's own address, in the same forms; added to the list if it is not there
     * @throws IllegalArgumentException for a malformed entry, one that is there twice, or more nodes than {@link #MOST}
     */
    public static PeerAddresses of(Collection<String> entries, String advertised) {
        String self = normal(advertised);
        TreeSet<String> all = new TreeSet<>();
        for (String entry : entries) {
            String address = normal(entry);
            if (!all.add(address)) {
                throw new IllegalArgumentException("peer " + address + " is listed twice");
            }
        }
        all.add(self);
        if (all.size() > MOST) {
            throw new IllegalArgumentException(
                    "there are " + all.size() + " nodes with this one: a cluster has " + MOST + " at most");
        }
        return new PeerAddresses(self, List.copyOf(all));
    }

    /** The list without this node. */
    public List<String> others() {
        return all.stream().filter(address -> !address.equals(self)).toList();
    }

    /** The only node of the list that may draw a plan. */
    public String founder() {
        return all.get(0);
    }

    /** {@code host:port} in lower case; an IPv6 host in brackets and in one spelling. */
    public static String normal(String entry) {
        String text = entry.trim().toLowerCase(Locale.ROOT);
        if (BARE_IPV6.matcher(text).matches()) {
            text = "[" + text + "]";
        }
        Matcher bracketed = BRACKETED.matcher(text);
        if (bracketed.matches()) {
            return "[" + ipv6(entry, bracketed.group(1)) + "]:" + port(entry, bracketed.group(2));
        }
        Matcher named = NAMED.matcher(text);
        if (named.matches()) {
            return named.group(1) + ":" + port(entry, named.group(2));
        }
        throw malformed(entry);
    }

    /** In words how another node's list differs from this one; empty if it does not. */
    public String difference(Collection<String> other) {
        List<String> lacking = new ArrayList<>(all);
        lacking.removeAll(other);
        List<String> extra = new ArrayList<>(new TreeSet<>(other));
        extra.removeAll(all);
        String without = lacking.isEmpty() ? "" : "without " + String.join(", ", lacking);
        String with = extra.isEmpty() ? "" : "with " + String.join(", ", extra);
        return without + (without.isEmpty() || with.isEmpty() ? "" : " and ") + with;
    }

    private static String ipv6(String entry, String literal) {
        try {
            // A literal is parsed, never looked up.
            InetAddress address = InetAddress.getByName("[" + literal + "]");
            if (address instanceof Inet6Address) {
                return address.getHostAddress();
            }
            // An IPv4 address in IPv6 clothes has another spelling.
            throw malformed(entry);
        } catch (UnknownHostException e) {
            throw malformed(entry);
        }
    }

    private static int port(String entry, String digits) {
        if (digits == null) {
            return DEFAULT_PORT;
        }
        int port = Integer.parseInt(digits);
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port of peer \"" + entry + "\" is not within 1 to 65535");
        }
        return port;
    }

    private static IllegalArgumentException malformed(String entry) {
        return new IllegalArgumentException(
                "peer \"" + entry + "\" is not an address: expected host, host:port, [IPv6] or [IPv6]:port");
    }
}
