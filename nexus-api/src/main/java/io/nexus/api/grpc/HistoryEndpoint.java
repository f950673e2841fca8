package io.nexus.api.grpc;

import io.grpc.stub.StreamObserver;
import io.nexus.api.error.Problem;
import io.nexus.api.service.LookupService;
import io.nexus.api.v1.ExplainRequest;
import io.nexus.api.v1.ExplainResponse;
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

    @Override
    public void explain(ExplainRequest request, StreamObserver<ExplainResponse> observer) {
        Calls.answer(
                observer,
                () -> {
                    if (request.getIp().isEmpty() == request.getSubscriberId().isEmpty()) {
                        throw Problem.field("ip", "give either ip or subscriber_id")
                                .exception();
                    }
                    return request.getIp().isEmpty()
                            ? lookups.explainSubscriber(request.getSubscriberId())
                            : lookups.explainAddress(request.getIp(), request.getSpace());
                },
                HistoryMapper::response);
    }
}
