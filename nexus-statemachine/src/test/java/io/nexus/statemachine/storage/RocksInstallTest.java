package io.nexus.statemachine.storage;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class RocksInstallTest extends InstallContract {
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

    @AfterEach
    void index_hasNothingButTheAllocations() {
        RocksFixture.checkIndex((RocksNodeStore) store);
    }
}
