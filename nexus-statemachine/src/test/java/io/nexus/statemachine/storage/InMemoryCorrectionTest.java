package io.nexus.statemachine.storage;

class InMemoryCorrectionTest extends CorrectionContract {
    @Override
    protected NodeStore create() {
        return new InMemoryNodeStore(Sample.RULE);
    }

    @Override
    protected NodeStore crash() {
        ((InMemoryNodeStore) store).crash();
        return store;
    }

    @Override
    void damage(byte[] key, byte[] value) {
        ((InMemoryNodeStore) store).damage(SEGMENT, key, value);
    }
}
