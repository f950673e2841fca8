package io.nexus.cli.bench.rivals;

import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.nexus.api.v1.AllocateRequest;
import io.nexus.api.v1.AllocateResponse;
import io.nexus.api.v1.Allocation;
import io.nexus.api.v1.LookupRequest;
import io.nexus.api.v1.LookupResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Answers as Nexus does and does nothing: what remains is grpc-java itself, the ceiling of everything that is built on
 * it. The same messages, about 100 bytes each way, on the network thread.
 */
public final class EchoService implements BindableService {
    static final MethodDescriptor<AllocateRequest, AllocateResponse> ALLOCATE =
            method("Allocate", AllocateRequest.getDefaultInstance(), AllocateResponse.getDefaultInstance());
    static final MethodDescriptor<LookupRequest, LookupResponse> LOOKUP =
            method("Lookup", LookupRequest.getDefaultInstance(), LookupResponse.getDefaultInstance());

    private static final String SERVICE = "nexus.bench.Echo";

    private static <Q extends com.google.protobuf.Message, R extends com.google.protobuf.Message>
            MethodDescriptor<Q, R> method(String name, Q request, R response) {
        return MethodDescriptor.<Q, R>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName("nexus.bench.Echo/" + name)
                .setRequestMarshaller(ProtoUtils.marshaller(request))
                .setResponseMarshaller(ProtoUtils.marshaller(response))
                .build();
    }

    /** Listens on loopback until it is stopped. */
    public static Server serve(int port) throws IOException {
        return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .directExecutor()
                .addService(new EchoService())
                .build()
                .start();
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ServerServiceDefinition.builder(SERVICE)
                .addMethod(ALLOCATE, ServerCalls.asyncUnaryCall((request, answer) -> {
                    answer.onNext(AllocateResponse.newBuilder()
                            .setIp("10.11.12.13")
                            .setPrefixLength(32)
                            .setAllocation(allocation(request.getSubscriberId(), request.getPoolId()))
                            .setCreated(true)
                            .setToken("3.1.123456")
                            .build());
                    answer.onCompleted();
                }))
                .addMethod(LOOKUP, ServerCalls.asyncUnaryCall((request, answer) -> {
                    answer.onNext(LookupResponse.newBuilder()
                            .setFound(true)
                            .addAllocations(allocation(request.getSubscriberId(), request.getPoolId()))
                            .build());
                    answer.onCompleted();
                }))
                .build();
    }

    private static Allocation allocation(String subscriber, String pool) {
        return Allocation.newBuilder()
                .setSubscriberId(subscriber)
                .setPoolId(pool)
                .setIp("10.11.12.13")
                .setPrefixLength(32)
                .setAllocatedAt(1_790_000_000)
                .setGeneration(1)
                .build();
    }
}
