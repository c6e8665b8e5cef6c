// swift-tools-version: 6.1
import PackageDescription

// Warnings are errors where SEEP_STRICT is set (the tests and CI set it); a user's newer compiler may know new warnings,
// and these must not keep the program from being built.
let strict = Context.environment["SEEP_STRICT"] != nil

let settings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ] + (strict ? [.unsafeFlags(["-warnings-as-errors"])] : [])

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "seep",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "LinuxIO", dependencies: ["CLinux"]),
        .target(name: "Curl", dependencies: ["CCurl", "LinuxIO"]),
        .target(name: "Postgres", dependencies: ["CLibPQ", "LinuxIO"]),
        .target(name: "Scenarios", dependencies: [yams]),
        .target(name: "Measurements", dependencies: ["CZlib", "LinuxIO", "Scenarios", histogram]),
        .target(name: "Load", dependencies: ["LinuxIO", "Curl", "Scenarios", "Measurements", histogram]),
        .target(name: "Sampling", dependencies: ["LinuxIO", "Postgres", "Scenarios", "Measurements"]),
        .target(name: "Servers", dependencies: ["LinuxIO", "Postgres", "Scenarios", "Measurements", subprocess, systemPackage]),
        .target(name: "Verdicts", dependencies: ["Scenarios", "Measurements"]),
        .target(name: "Reports", dependencies: ["Scenarios", "Measurements", "Verdicts"]),
        .target(
            name: "Harness",
            dependencies: [
                "LinuxIO", "Curl", "Postgres", "Scenarios", "Measurements", "Load", "Sampling", "Servers", "Verdicts", "Reports",
            ]),
        .executableTarget(
            name: "seep", dependencies: ["Harness", "LinuxIO", "Measurements", "Sampling", "Scenarios", "Verdicts", argumentParser],
            resources: [.embedInCode("Resources/starter.yaml"), .embedInCode("Resources/scenario.schema.json")]),
        .executableTarget(name: "leaky", dependencies: ["LinuxIO", "Postgres", argumentParser]),
        // For `make bench`: here, because the modules are visible inside their package only.
        .executableTarget(
            name: "seep-bench",
            dependencies: [
                "LinuxIO", "Curl", "Postgres", "Scenarios", "Measurements", "Load", "Sampling", "Servers", "Verdicts", argumentParser,
                histogram,
            ],
            path: "Benchmarks/Sources/Probe"),
        // For `make accuracy`: generated runs, and what says how often their verdicts are right.
        .target(
            name: "Corpus", dependencies: ["LinuxIO", "Measurements", "Sampling", "Scenarios", "Verdicts"],
            path: "Benchmarks/Sources/Corpus"),
        .executableTarget(
            name: "seep-accuracy", dependencies: ["Corpus", "LinuxIO", "Measurements", "Verdicts", argumentParser],
            path: "Benchmarks/Sources/Accuracy"),
        .target(name: "TestSupport", dependencies: ["LinuxIO", "Postgres", "Scenarios", "Servers"], path: "Tests/TestSupport"),
        .testTarget(name: "CorpusTests", dependencies: ["Corpus", "LinuxIO", "Measurements", "Verdicts"]),
        .testTarget(name: "CurlTests", dependencies: ["Curl", "CCurl", "LinuxIO"]),
        .testTarget(name: "DocsTests", dependencies: ["Measurements", "Scenarios", "Verdicts"]),
        .testTarget(
            name: "HarnessTests", dependencies: ["Harness", "LinuxIO", "Measurements", "Scenarios", "Verdicts", "TestSupport"]),
        .testTarget(name: "LeakyTests", dependencies: ["leaky", "LinuxIO", "Postgres", "TestSupport", argumentParser]),
        .testTarget(
            name: "LoadTests", dependencies: ["Load", "Curl", "LinuxIO", "Scenarios", "Servers", "Measurements", "TestSupport"]),
        .testTarget(name: "MeasurementsTests", dependencies: ["LinuxIO", "Measurements"]),
        .testTarget(name: "PostgresTests", dependencies: ["LinuxIO", "Postgres", "TestSupport"]),
        .testTarget(
            name: "ReportsTests", dependencies: ["LinuxIO", "Measurements", "Reports", "Scenarios", "Verdicts"], exclude: ["Golden"]),
        .testTarget(
            name: "SamplingTests",
            dependencies: ["LinuxIO", "Postgres", "Scenarios", "Measurements", "Sampling", "Servers", "TestSupport"]),
        .testTarget(name: "ScenariosTests", dependencies: ["Scenarios"], exclude: ["Fixtures"]),
        .testTarget(
            name: "SeepTests", dependencies: ["LinuxIO", "Measurements", "Postgres", "Scenarios", "Servers", "Verdicts", "TestSupport"],
            exclude: ["Allocations"]),
        .testTarget(name: "ServersTests", dependencies: ["LinuxIO", "Postgres", "Scenarios", "Servers", "TestSupport"]),
        .testTarget(name: "VerdictsTests", dependencies: ["Verdicts", "Measurements", "Scenarios"]),
    ]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = settings
}

// The checks of exclusive access to properties, which the debug build that is tested keeps, are 3% of what a request costs.
for target in package.targets where ["Curl", "LinuxIO", "Load", "Measurements"].contains(target.name) {
    target.swiftSettings?.append(.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)))
}
