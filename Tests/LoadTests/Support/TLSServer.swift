import Foundation
import LinuxIO

/// An HTTPS server on loopback (Python's, connections kept), with a certificate made for the test by a certificate authority of its own.
final class TLSServer {
    enum Certificate: CaseIterable {
        case good, expired, selfSigned, otherName
    }

    private static let script = """
        import http.server, socket, ssl, sys
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            def answer(self):
                body = b"x" * int(self.path[1:] or 3)
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            def do_GET(self):
                # In one packet: a record for each byte of the body, or a second response that nobody asked for.
                for kind in "/records", "/more":
                    if not self.path.startswith(kind): continue
                    self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
                    count = int(self.path[len(kind):])
                    self.wfile.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n" % count)
                    for _ in range(count): self.wfile.write(b"x")
                    if kind == "/more": self.wfile.write(b"HTTP/1.1 500 No\\r\\nContent-Length: 0\\r\\n\\r\\n")
                    self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)
                    return
                self.answer()
            do_POST = answer
            def log_message(self, *args): pass
        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            def handle_error(self, *args): pass
        server = Server(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain("server.pem", "server.key")
        context.set_alpn_protocols(["h2", "http/1.1"])
        if "client" in sys.argv:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations("ca.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        print(server.server_address[1], flush=True)
        server.serve_forever()
        """

    private let folder: URL
    private let process = Process()
    let port: Int

    /// The authority's certificate.
    var authority: String { folder.appendingPathComponent("ca.pem").path }
    var url: String { "https://127.0.0.1:\(port)" }
    /// A certificate of the authority for a client, and its key.
    var clientCertificate: String { folder.appendingPathComponent("server.pem").path }
    var clientKey: String { folder.appendingPathComponent("server.key").path }

    /// - Parameter wantsClient: talks only to clients with a certificate of the authority.
    init(_ certificate: Certificate, wantsClient: Bool = false) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("seep-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Self.make(certificate, in: folder)
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", Self.script] + (wantsClient ? ["client"] : [])
        process.currentDirectoryURL = folder
        process.standardOutput = output
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) else { throw SystemError("python3", code: 0) }
        self.port = port
    }

    deinit {
        // Its other signals may be blocked, as they are on the thread that started it.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }

    private static func make(_ certificate: Certificate, in folder: URL) throws {
        let name = certificate == .otherName ? "DNS:elsewhere.invalid" : "IP:127.0.0.1"
        let days = certificate == .expired ? "-1" : "2"
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        try openssl(["req", "-x509"] + key + ["-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=test authority"], folder)
        if certificate == .selfSigned {
            return try openssl(
                ["req", "-x509"] + key
                    + [
                        "-keyout", "server.key", "-out", "server.pem", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
                        "subjectAltName=\(name)",
                    ],
                folder)
        }
        try openssl(["req"] + key + ["-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=test server"], folder)
        try "subjectAltName=\(name)\n".write(to: folder.appendingPathComponent("names"), atomically: true, encoding: .utf8)
        try openssl(
            [
                "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", days, "-extfile",
                "names",
                "-out", "server.pem",
            ], folder)
    }

    private static func openssl(_ arguments: [String], _ folder: URL) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.currentDirectoryURL = folder
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw SystemError("openssl", code: process.terminationStatus) }
    }
}
