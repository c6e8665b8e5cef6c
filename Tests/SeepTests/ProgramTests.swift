import Testing

/// Runs of the built `seep`, one after the other, since each measures and loads the machine. The suites are in extensions.
@Suite("seep, as a program", .serialized, .timeLimit(.minutes(8))) struct ProgramTests {}
