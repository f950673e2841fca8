package io.nexus.statemachine.storage;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class RocksCorrectionTest extends CorrectionContract {
    @TempDir
    Path directory;

    @Override
    protected NodeStore create() {
        return RocksFixture.open(directory);
    }

    @Override
    protected NodeStore crash() {
        store.close();
        return create();
    }

    @Override
    void damage(byte[] key, byte[] value) {
        StoreDamage.alter((RocksNodeStore) store, SEGMENT, key, value);
    }
}
