import Glibc

/// The signals that a scenario may name, without SIG.
package enum SignalName {
    private static let numbers: [(name: String, number: Int32)] = [
        ("TERM", SIGTERM), ("INT", SIGINT), ("QUIT", SIGQUIT), ("HUP", SIGHUP), ("USR1", SIGUSR1), ("USR2", SIGUSR2),
        ("KILL", SIGKILL),
    ]
    private static let others: [(name: String, number: Int32)] = [
        ("ABRT", SIGABRT), ("SEGV", SIGSEGV), ("BUS", SIGBUS), ("FPE", SIGFPE), ("ILL", SIGILL), ("PIPE", SIGPIPE), ("ALRM", SIGALRM),
    ]

    /// The number of a signal that may be sent to a server; `nil` for any other name.
    package static func number(of name: String) -> Int32? {
        numbers.first { $0.name == name }?.number
    }

    /// The name of a signal for people; its number where it has none here.
    package static func name(of number: Int32) -> String {
        (numbers + others).first { $0.number == number }?.name ?? String(number)
    }

    package static var all: [String] { numbers.map(\.name) }
}
