package io.nexus.api.config;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A network address as configured; not resolved.
 *
 * @param host empty: all interfaces; an IPv6 address without brackets
 * @param port 0 to 65535; 0: any free one
 */
public record HostPort(String host, int port) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,252}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}");
    private static final int PORT_MAX = 65_535;

    /** Null if the text is not {@code host:port}, {@code [ipv6]:port} or {@code :port}. */
    static @Nullable HostPort parse(String text, int portMin) {
        int colon = text.lastIndexOf(':');
        if (colon < 0 || !text.substring(colon + 1).matches("[0-9]{1,5}")) {
            return null;
        }
        int port = Integer.parseInt(text.substring(colon + 1));
        String host = text.substring(0, colon);
        boolean good;
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
            good = isIpv6(host);
        } else {
            good = host.isEmpty() || isName(host);
        }
        return good && port >= portMin && port <= PORT_MAX ? new HostPort(host, port) : null;
    }

    /** A name or an address, without brackets. */
    static boolean isHost(String text) {
        return isName(text) || isIpv6(text);
    }

    private static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    private static boolean isIpv6(String text) {
        return text.indexOf(':') != text.lastIndexOf(':') && IPV6.matcher(text).matches();
    }

    /** True if the host says nothing about where others reach it. */
    public boolean isWildcard() {
        return host.isEmpty() || host.equals("0.0.0.0") || host.equals("::");
    }

    /** The same port on another host. */
    public HostPort at(String otherHost) {
        return new HostPort(otherHost, port);
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
