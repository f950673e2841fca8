package io.nexus.api.watch;

import io.nexus.crdt.Cursor;
import io.nexus.statemachine.codec.ByteReader;
import io.nexus.statemachine.codec.ByteWriter;
import io.nexus.statemachine.codec.MalformedBytes;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Up to where a watcher has seen everything: one place for each stream, one position for each subtree that is plugged
 * in. Means the same on every node of the cluster.
 *
 * @param cluster fold of the cluster's id
 * @param filter fold of what is watched
 * @param places by stream
 * @param sources position by subtree
 */
record WatchToken(int cluster, int filter, List<Place> places, Map<String, String> sources) {
    static final int CHARACTERS_MAX = 2_048;
    private static final int VERSION = 1;
    private static final int NAME_MAX = 64;
    private static final int POSITION_MAX = 512;

    WatchToken {
        places = List.copyOf(places);
        sources = new TreeMap<>(sources);
    }

    /**
     * A place in a stream.
     *
     * @param branch fold of the incarnation's nonce
     */
    record Place(int incarnation, int branch, long seq) {
        static Place of(Cursor cursor, long seq) {
            return new Place(cursor.incarnation(), branch(cursor), seq);
        }

        static int branch(Cursor cursor) {
            return (int) (cursor.nonce() ^ cursor.nonce() >>> 32);
        }

        boolean sameBranch(Cursor cursor) {
            return incarnation == cursor.incarnation() && branch == branch(cursor);
        }
    }

    /** Base64url without padding. */
    String encode() {
        ByteWriter out = new ByteWriter(16 + 10 * places.size());
        out.u8(VERSION).u32(cluster & 0xffff_ffffL).u32(filter & 0xffff_ffffL).vint(places.size());
        for (Place place : places) {
            out.vint(place.incarnation).u32(place.branch & 0xffff_ffffL).vint(place.seq);
        }
        out.vint(sources.size());
        sources.forEach((name, position) -> out.string(name).string(position));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(out.toByteArray());
    }

    /** The inverse of encode; empty if the text is no such token. */
    static Optional<WatchToken> decode(String text) {
        if (text.length() > CHARACTERS_MAX) {
            return Optional.empty();
        }
        try {
            ByteReader in = new ByteReader(Base64.getUrlDecoder().decode(text));
            if (in.u8() != VERSION) {
                return Optional.empty();
            }
            int cluster = (int) in.u32();
            int filter = (int) in.u32();
            List<Place> places = new ArrayList<>();
            for (int left = in.count(6); left > 0; left--) {
                places.add(new Place(in.vint(Integer.MAX_VALUE), (int) in.u32(), in.vint()));
            }
            Map<String, String> sources = new TreeMap<>();
            for (int left = in.count(2); left > 0; left--) {
                sources.put(in.string(NAME_MAX), in.string(POSITION_MAX));
            }
            in.end();
            return Optional.of(new WatchToken(cluster, filter, places, sources));
        } catch (IllegalArgumentException | MalformedBytes e) {
            return Optional.empty();
        }
    }
}
