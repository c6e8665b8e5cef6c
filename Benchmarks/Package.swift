// swift-tools-version: 6.1
import PackageDescription

// The orchestrator only: it runs Seep's load engine, its sampler and the peers as processes, and depends on nothing.
// What of Seep it runs is the target `seep-bench` of the package above (Sources/Probe); README.md says why.
let package = Package(
    name: "Benchmarks",
    targets: [
        .executableTarget(
            name: "bench",
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .enableUpcomingFeature("MemberImportVisibility"),
            ])
    ]
)
