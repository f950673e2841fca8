package io.nexus.api.grpc;

import io.grpc.stub.StreamObserver;
import io.nexus.api.service.LookupService;
import io.nexus.api.v1.HistoryServiceGrpc;
import io.nexus.api.v1.WhoHadRequest;
import io.nexus.api.v1.WhoHadResponse;

/** {@code nexus.v1.HistoryService}. */
public final class HistoryEndpoint extends HistoryServiceGrpc.HistoryServiceImplBase {
    private final LookupService lookups;

    public HistoryEndpoint(LookupService lookups) {
        this.lookups = lookups;
    }

    @Override
    public void whoHad(WhoHadRequest request, StreamObserver<WhoHadResponse> observer) {
        Calls.answer(
                observer,
                () -> lookups.whoHad(request.getIp(), request.getSpace(), request.getFromMs(), request.getToMs()),
                HistoryMapper::response);
    }
}
