import LinuxIO

/// How a process ended.
package enum Termination: Hashable, Sendable, CustomStringConvertible {
    case code(Int32)
    case signal(Int32)

    package var isSuccess: Bool { self == .code(0) }

    package var description: String {
        switch self {
        case .code(let code): "exit code \(code)"
        case .signal(let number): "signal \(SignalName.name(of: number))"
        }
    }
}

/// Why a server, its setup or the throwaway PostgreSQL could not be used.
package struct ServerError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// Another process listens where the server was to.
        case portInUse
        /// The process could not be started at all.
        case notStarted
        /// It ended before it was ready.
        case exited(Termination)
        /// It lives, and did not become ready in time.
        case notReady
        case setupFailed
        /// The command that prepares a cell failed, or took too long.
        case prepareFailed
        /// Somebody asked to stop before it was done.
        case interrupted
        /// No PostgreSQL programs on this machine.
        case postgresMissing
        /// The throwaway PostgreSQL did not start, or refused what was asked of it.
        case postgresFailed
        /// The scenario asks for what cannot be: a setting that Seep sets itself, a signal that does not exist.
        case invalid
        /// A file, a folder or a socket of Seep's own.
        case system
    }

    package let kind: Kind
    /// What was tried: `start granian-2`, `set up granian-2`.
    package let operation: String
    package let message: String
    /// The end of what the process printed; at most 40 lines.
    package let lastLines: [String]

    package init(_ kind: Kind, operation: String, message: String, lastLines: [String] = []) {
        self.kind = kind
        self.operation = operation
        self.message = message
        self.lastLines = lastLines
    }

    package var description: String {
        let head = "\(operation): \(message)"
        guard !lastLines.isEmpty else { return head }
        return head + "\nThe last lines that it printed:\n" + lastLines.map { "    " + $0 }.joined(separator: "\n")
    }
}

/// Does `body`, whose failure is one of Seep's own files, folders or sockets in the course of `operation`.
func system<Value>(_ operation: String, _ body: () throws(SystemError) -> Value) throws(ServerError) -> Value {
    do throws(SystemError) {
        return try body()
    } catch {
        throw ServerError(.system, operation: operation, message: error.description)
    }
}
