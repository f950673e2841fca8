package io.nexus.api.keyspace;

import io.nexus.api.error.Problem;
import io.nexus.api.keyspace.Subtree.Child;
import io.nexus.api.keyspace.Subtree.Page;
import io.nexus.statemachine.model.AddressText;
import io.nexus.statemachine.model.Parsed;
import io.nexus.statemachine.model.PoolEntry;
import io.nexus.statemachine.model.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The allocations of pools that do not overlap, in the order of their addresses, page by page. */
final class SpacePager {
    /** A page may end at a pool's end, so that many empty pools are not looked at for one page. */
    private static final int POOLS_MAX = 64;

    private static final Pattern TOKEN = Pattern.compile("([0-9a-f.:]+/[0-9]+)_([0-9]{1,10})");

    private final PoolRows rows;
    private final Values values;

    SpacePager(PoolRows rows, Values values) {
        this.rows = rows;
        this.values = values;
    }

    /** @param pools in the order of their CIDRs */
    Page page(List<PoolEntry> pools, String after, int max) {
        Place from = after.isEmpty() ? null : place(after);
        List<Child> children = new ArrayList<>();
        Set<Integer> segments = new TreeSet<>();
        int looked = 0;
        for (PoolEntry pool : pools) {
            Prefix cidr = pool.spec().cidr();
            int order = from == null ? 1 : cidr.compareTo(from.cidr);
            if (order < 0) {
                continue;
            }
            long unit = order == 0 && from != null ? from.unit : 0;
            if (looked == POOLS_MAX || children.size() == max) {
                return new Page(children, token(cidr, unit), segments);
            }
            looked++;
            segments.add(pool.segment());
            PoolRows.Found found = rows.from(pool, unit, max - children.size());
            found.holdings()
                    .forEach(holding -> children.add(
                            Child.leaf(holding.allocation().prefix().address(), values.allocation(holding))));
            Long next = found.next();
            if (next != null) {
                return new Page(children, token(cidr, next), segments);
            }
        }
        return new Page(children, null, segments);
    }

    private record Place(Prefix cidr, long unit) {}

    private static String token(Prefix cidr, long unit) {
        return cidr + "_" + unit;
    }

    private static Place place(String token) {
        Matcher matcher = TOKEN.matcher(token);
        Parsed<Prefix> cidr = matcher.matches() ? AddressText.parsePrefix(matcher.group(1)) : Parsed.bad("");
        if (!cidr.isOk()) {
            throw Problem.field("page_token", "is not the token of a page of this list")
                    .exception();
        }
        return new Place(cidr.get(), Long.parseLong(matcher.group(2)));
    }
}
