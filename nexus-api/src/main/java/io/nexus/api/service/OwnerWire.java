package io.nexus.api.service;

import com.google.protobuf.ByteString;
import io.nexus.api.peer.v1.OwnerAnswer;
import io.nexus.api.peer.v1.OwnerLookupRequest;
import io.nexus.crdt.Branches.Coverage;
import io.nexus.crdt.Token;
import io.nexus.statemachine.codec.AllocationCodec;
import io.nexus.statemachine.model.Allocation;
import io.nexus.statemachine.model.Family;
import io.nexus.statemachine.model.Prefix;
import java.nio.ByteBuffer;
import java.util.List;

/** Between the messages of the owner's reads and values. Stateless. */
final class OwnerWire {
    private OwnerWire() {}

    static void put(Inquiry inquiry, OwnerLookupRequest.Builder request) {
        String subscriber = inquiry.subscriber();
        String space = inquiry.space();
        Prefix address = inquiry.address();
        String poolId = inquiry.poolId();
        Token token = inquiry.token();
        if (subscriber != null) {
            request.setSubscriber(subscriber);
        }
        if (poolId != null) {
            request.setPoolId(poolId);
        }
        if (token != null) {
            request.setToken(token.encode());
        }
        if (space != null && address != null) {
            request.setSpace(space).setAddress(bytes(address)).setPrefixLength(address.length());
        }
    }

    /** @throws IllegalArgumentException if it asks for nothing, or for no address */
    static Inquiry inquiry(OwnerLookupRequest request) {
        return subject(request).reflecting(Token.decode(request.getToken()).orElse(null));
    }

    private static Inquiry subject(OwnerLookupRequest request) {
        ByteString address = request.getAddress();
        if (!address.isEmpty()) {
            return Inquiry.byAddress(request.getSpace(), prefix(address, request.getPrefixLength()));
        }
        if (request.getSubscriber().isEmpty()) {
            throw new IllegalArgumentException("neither subscriber nor address");
        }
        return Inquiry.bySubscriber(
                request.getSubscriber(), request.getPoolId().isEmpty() ? null : request.getPoolId());
    }

    static List<Allocation> allocations(OwnerAnswer answer) {
        return answer.getAllocationsList().stream()
                .map(bytes -> AllocationCodec.decode(bytes.asReadOnlyByteBuffer()))
                .toList();
    }

    static OwnerAnswer.Coverage coverage(Coverage coverage) {
        return switch (coverage) {
            case SATISFIED -> OwnerAnswer.Coverage.SATISFIED;
            case NOT_YET -> OwnerAnswer.Coverage.NOT_YET;
            case LOST -> OwnerAnswer.Coverage.LOST;
        };
    }

    static Coverage coverage(OwnerAnswer.Coverage coverage) {
        return switch (coverage) {
            case SATISFIED -> Coverage.SATISFIED;
            case LOST -> Coverage.LOST;
            case NOT_YET, UNRECOGNIZED -> Coverage.NOT_YET;
        };
    }

    private static ByteString bytes(Prefix address) {
        ByteBuffer bytes = ByteBuffer.allocate(address.family().bits() / 8);
        if (address.family() == Family.IPV4) {
            bytes.putInt((int) address.lo());
        } else {
            bytes.putLong(address.hi()).putLong(address.lo());
        }
        return ByteString.copyFrom(bytes.flip());
    }

    private static Prefix prefix(ByteString address, int length) {
        ByteBuffer bytes = address.asReadOnlyByteBuffer();
        return switch (address.size()) {
            case 4 -> new Prefix(Family.IPV4, 0, bytes.getInt() & 0xffff_ffffL, length);
            case 16 -> new Prefix(Family.IPV6, bytes.getLong(), bytes.getLong(), length);
            default -> throw new IllegalArgumentException("an address of " + address.size() + " bytes");
        };
    }
}
