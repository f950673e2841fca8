package io.nexus.statemachine.storage;

class InMemoryInstallTest extends InstallContract {
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
