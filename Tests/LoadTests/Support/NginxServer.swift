import Foundation
import Glibc
import LinuxIO
import TestSupport

/// nginx on loopback with HTTP/2 over TLS, HTTP/2 without, and HTTP/1 alone; its authority is its own certificate.
final class NginxServer {
    static let isInstalled = FileManager.default.isExecutableFile(atPath: "/usr/sbin/nginx")

    private let folder: URL
    private let process = Process()
    let secure: Int
    let plain: Int
    let old: Int

    var authority: String { folder.appendingPathComponent("server.pem").path }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("seep-nginx-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        (secure, plain, old) = (try ScriptedServer.freePort(), try ScriptedServer.freePort(), try ScriptedServer.freePort())
        let key = Process()
        key.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        key.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "server.key", "-out",
            "server.pem", "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1",
        ]
        key.currentDirectoryURL = folder
        key.standardError = FileHandle.nullDevice
        try key.run()
        key.waitUntilExit()
        let path = folder.path
        let locations = """
            location / { return 200 "fine\\n"; }
            location /large { alias \(path)/large; }
            """
        guard FileManager.default.createFile(atPath: "\(path)/large", contents: nil), truncate("\(path)/large", 20_000_000) == 0 else {
            throw SystemError("truncate")
        }
        try """
        daemon off; master_process off; pid \(path)/pid; error_log \(path)/errors crit;
        events { worker_connections 512; }
        http {
            access_log off;
            client_body_temp_path \(path)/b; proxy_temp_path \(path)/p; fastcgi_temp_path \(path)/f; uwsgi_temp_path \(path)/u;
            scgi_temp_path \(path)/s;
            ssl_certificate \(path)/server.pem; ssl_certificate_key \(path)/server.key;
            server { listen 127.0.0.1:\(secure) ssl http2; \(locations) }
            server { listen 127.0.0.1:\(plain) http2; \(locations) }
            server { listen 127.0.0.1:\(old) ssl; \(locations) }
        }
        """.write(to: folder.appendingPathComponent("nginx.conf"), atomically: true, encoding: .utf8)
        process.executableURL = URL(fileURLWithPath: "/usr/sbin/nginx")
        process.arguments = ["-p", path, "-e", "\(path)/errors", "-c", "\(path)/nginx.conf"]
        process.standardError = FileHandle.nullDevice
        try process.run()
        for _ in 0..<500 where !Self.answers(old) { usleep(10_000) }
    }

    private static func answers(_ port: Int) -> Bool {
        let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(fd) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    deinit {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }
}
