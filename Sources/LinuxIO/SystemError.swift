import Glibc

/// A system call that failed: its name, and the error number it left.
package struct SystemError: Error, Hashable, CustomStringConvertible, Sendable {
    package let operation: String
    package let code: Int32

    package init(_ operation: String, code: Int32 = errno) {
        self.operation = operation
        self.code = code
    }

    package var description: String {
        "\(operation): \(String(cString: strerror(code))) (errno \(code))"
    }
}
