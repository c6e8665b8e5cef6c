import ArgumentParser

/// `seep-bench`: one part of Seep at work by itself, for `make bench` to measure from outside.
///
/// It is a target of the root package because Seep's modules are visible inside their package only; it is not installed.
@main
struct Probe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seep-bench", abstract: "Runs one part of Seep, for the benchmarks.",
        subcommands: [LoadProbe.self, SamplingProbe.self, MicroProbe.self, DayProbe.self, VersionsProbe.self])
}
