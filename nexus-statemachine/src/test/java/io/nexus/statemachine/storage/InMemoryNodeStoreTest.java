package io.nexus.statemachine.storage;

class InMemoryNodeStoreTest extends NodeStoreContract {
    @Override
    protected NodeStore create() {
        return new InMemoryNodeStore(Sample.RULE);
    }

    @Override
    protected NodeStore crash() {
        ((InMemoryNodeStore) store).crash();
        return store;
    }
}
