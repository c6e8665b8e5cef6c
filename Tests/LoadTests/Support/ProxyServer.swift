import Foundation
import LinuxIO

/// An HTTP proxy on loopback (Python's): forwards requests for absolute URLs, and tunnels what is asked for with CONNECT.
final class ProxyServer {
    private static let script = """
        import base64, os, socket, socketserver, sys, threading
        wanted = "Basic " + base64.b64encode(sys.argv[1].encode()).decode() if len(sys.argv) > 1 else None
        def pump(source, sink):
            try:
                while data := source.recv(65536): sink.sendall(data)
            except OSError: pass
            try: sink.shutdown(socket.SHUT_WR)
            except OSError: pass
        class Handler(socketserver.StreamRequestHandler):
            disable_nagle_algorithm = True
            def handle(self):
                while line := self.rfile.readline():
                    headers = {}
                    while (field := self.rfile.readline()) not in (b"\\r\\n", b""):
                        name, value = field.decode("latin-1").split(":", 1)
                        headers[name.lower()] = value.strip()
                    method, target, _ = line.decode("latin-1").split(" ", 2)
                    os.write(1, line.strip() + b"\\n")
                    if wanted and headers.get("proxy-authorization") != wanted:
                        self.wfile.write(b"HTTP/1.1 407 Who are you\\r\\nContent-Length: 0\\r\\nProxy-Authenticate: Basic\\r\\n\\r\\n")
                        continue
                    if method == "CONNECT":
                        host, port = target.rsplit(":", 1)
                        there = socket.create_connection((host, int(port)))
                        self.wfile.write(b"HTTP/1.1 200 Connected\\r\\n\\r\\n")
                        threading.Thread(target=pump, args=(there, self.connection), daemon=True).start()
                        pump(self.connection, there)
                        return
                    body = ("by proxy: " + target).encode()
                    self.wfile.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(body) + body)
        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            def handle_error(self, *args): pass
        server = Server(("127.0.0.1", 0), Handler)
        print(server.server_address[1], flush=True)
        server.serve_forever()
        """

    private let process = Process()
    private let output = Pipe()
    let port: Int

    /// - Parameter user: `user:password` that it wants; `nil`: it is open to all.
    init(user: String? = nil) throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", Self.script] + (user.map { [$0] } ?? [])
        process.standardOutput = output
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) else { throw SystemError("python3", code: 0) }
        self.port = port
    }

    /// The request lines that it saw; ends it.
    func finish() -> [String] {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).map(String.init)
    }

    deinit {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
