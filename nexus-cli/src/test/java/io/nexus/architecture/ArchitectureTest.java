package io.nexus.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may know whom. The modules' direction is Maven's to enforce; here is what Maven cannot see. */
@AnalyzeClasses(packages = "io.nexus", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String[] DETERMINISTIC = {
        "io.nexus.crdt..", "..statemachine.model..", "..statemachine.command..", "..statemachine.engine..",
        "..statemachine.rows..", "..statemachine.codec..", "..statemachine.allocator..", "..statemachine.catalogue.."
    };

    @ArchTest
    static final ArchRule modulesPointOneWay = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("cli")
            .definedBy("io.nexus.cli..")
            .layer("api")
            .definedBy("io.nexus.api..")
            .layer("statemachine")
            .definedBy("io.nexus.statemachine..")
            .layer("crdt")
            .definedBy("io.nexus.crdt..")
            .whereLayer("cli")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("api")
            .mayOnlyBeAccessedByLayers("cli")
            .whereLayer("statemachine")
            .mayOnlyBeAccessedByLayers("api", "cli")
            .whereLayer("crdt")
            .mayOnlyBeAccessedByLayers("statemachine", "api", "cli");

    @ArchTest
    static final ArchRule crdtIsJdkOnly = classes()
            .that()
            .resideInAPackage("io.nexus.crdt..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("io.nexus.crdt..", "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule onlyStorageKnowsRocksDb = noClasses()
            .that()
            .resideOutsideOfPackage("..statemachine.storage..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.rocksdb..");

    @ArchTest
    static final ArchRule onlyTheAdaptersKnowRatis = noClasses()
            .that()
            .resideOutsideOfPackages("..statemachine.ratis..", "..api.consensus..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.ratis..");

    @ArchTest
    static final ArchRule coreIsDeterministic = noClasses()
            .that()
            .resideInAnyPackage(DETERMINISTIC)
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .callMethod(java.util.UUID.class, "randomUUID")
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(java.util.Random.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Thread.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(java.util.concurrent.Executor.class)
            .orShould()
            .dependOnClassesThat()
            .resideInAPackage("org.slf4j..");

    @ArchTest
    static final ArchRule servicesKnowNoWireTypes = noClasses()
            .that()
            .resideInAnyPackage("..api.ring..", "..statemachine.allocator..", "..statemachine.model..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.grpc..", "com.google.protobuf..");

    @ArchTest
    static final ArchRule clientStandsAlone = classes()
            .that()
            .resideInAPackage("io.nexus.api.client..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.nexus.api.client..",
                    "io.nexus.api.v1..",
                    "io.grpc..",
                    "com.google.protobuf..",
                    "com.google.rpc..",
                    "java..",
                    "org.jspecify..");

    @ArchTest
    static final ArchRule noMutableStatics = fields().that()
            .areStatic()
            .and()
            .areDeclaredInClassesThat()
            .resideOutsideOfPackages("io.nexus.api.v1..", "io.nexus.api.peer.v1..")
            .should()
            .beFinal();

    @ArchTest
    static final ArchRule onlyTheCommandPrints =
            noClasses().should().accessField(System.class, "out").orShould().accessField(System.class, "err");
}
