package io.nexus.api.grpc;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpc.stub.StreamObserver;
import io.nexus.api.keyspace.Keyspace;
import io.nexus.api.v1.GetKeyRequest;
import io.nexus.api.v1.GetKeyResponse;
import io.nexus.api.v1.KeyEntry;
import io.nexus.api.v1.KeyspaceServiceGrpc;
import io.nexus.api.v1.ListKeysRequest;
import io.nexus.api.v1.ListKeysResponse;
import org.jspecify.annotations.Nullable;

/** {@code nexus.v1.KeyspaceService}. */
public final class KeyspaceEndpoint extends KeyspaceServiceGrpc.KeyspaceServiceImplBase {
    private final Keyspace keyspace;

    public KeyspaceEndpoint(Keyspace keyspace) {
        this.keyspace = keyspace;
    }

    @Override
    public void get(GetKeyRequest request, StreamObserver<GetKeyResponse> observer) {
        Calls.answer(observer, () -> keyspace.get(request.getKey()), KeyspaceEndpoint::response);
    }

    @Override
    public void list(ListKeysRequest request, StreamObserver<ListKeysResponse> observer) {
        Calls.answer(
                observer,
                () -> keyspace.list(request.getPrefix(), request.getPageSize(), request.getPageToken()),
                KeyspaceEndpoint::response);
    }

    private static GetKeyResponse response(Keyspace.Found found) {
        GetKeyResponse.Builder response = GetKeyResponse.newBuilder()
                .setFound(found.json() != null)
                .setKey(found.key())
                .setJson(text(found.json()))
                .setAnsweredBy(found.answeredBy());
        found.asOf().forEach(asOf -> response.addAsOf(ProtoMapper.asOf(asOf)));
        return response.build();
    }

    private static ListKeysResponse response(Keyspace.Listing listing) {
        ListKeysResponse.Builder response =
                ListKeysResponse.newBuilder().setNextPageToken(listing.next()).setAnsweredBy(listing.answeredBy());
        for (Keyspace.Entry entry : listing.entries()) {
            response.addEntries(KeyEntry.newBuilder()
                    .setKey(entry.key())
                    .setDirectory(entry.directory())
                    .setJson(text(entry.json())));
        }
        listing.asOf().forEach(asOf -> response.addAsOf(ProtoMapper.asOf(asOf)));
        return response.build();
    }

    private static String text(@Nullable JsonNode json) {
        return json == null ? "" : json.toString();
    }
}
