import Foundation

/// A local server that answers everything with 24 bytes, on one core: nginx, one process, connections kept alive; over plain TCP,
/// over TLS, and over TLS with HTTP/2. One cipher for all, so that no client has a cheaper one.
final class Nginx {
    static let body = "twenty-four bytes, here\n"

    static let cipher = "TLS_AES_128_GCM_SHA256"

    let plainPort: Int
    let securePort: Int
    let http2Port: Int
    private let folder: URL
    private let child: Child

    init(core: Int) throws {
        plainPort = try Nginx.freePort()
        securePort = try Nginx.freePort()
        http2Port = try Nginx.freePort()
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("bench-nginx-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Authority.make(in: folder)
        // As one process it takes its limit on descriptors from us, and not from worker_rlimit_nofile.
        let configuration = """
            daemon off;
            master_process off;
            pid nginx.pid;
            error_log stderr crit;
            events { worker_connections 16384; multi_accept on; }
            http {
                access_log off;
                keepalive_timeout 600s;
                keepalive_time 24h;
                keepalive_requests 1000000000;
                client_body_temp_path body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
                ssl_certificate \(Authority.certificate);
                ssl_certificate_key \(Authority.key);
                ssl_protocols TLSv1.3;
                ssl_conf_command Ciphersuites \(Nginx.cipher);
                ssl_session_tickets off;
                ssl_buffer_size 4k;
                http2_max_concurrent_streams 1000;
                default_type text/plain;
                \(Nginx.server("listen 127.0.0.1:\(plainPort) backlog=16384"))
                \(Nginx.server("listen 127.0.0.1:\(securePort) ssl backlog=16384"))
                \(Nginx.server("listen 127.0.0.1:\(http2Port) ssl http2 backlog=16384"))
            }
            """
        try configuration.write(to: folder.appendingPathComponent("nginx.conf"), atomically: true, encoding: .utf8)
        child = try Child([Nginx.program, "-p", folder.path, "-e", "stderr", "-c", "nginx.conf"], core: core)
        try waitUntilReady()
    }

    /// Debian keeps it where only root looks.
    static var program: String { FileManager.default.isExecutableFile(atPath: "/usr/sbin/nginx") ? "/usr/sbin/nginx" : "nginx" }

    private static func server(_ listen: String) -> String { "server { \(listen); location / { return 200 \"\(body)\"; } }" }

    var url: String { "http://127.0.0.1:\(plainPort)" }
    var secureURL: String { "https://127.0.0.1:\(securePort)" }
    var http2URL: String { "https://127.0.0.1:\(http2Port)" }
    /// The file of the authority that its certificate is signed by.
    var authority: String { folder.appendingPathComponent(Authority.own).path }

    func stop() {
        _ = try? child.stop()
        try? FileManager.default.removeItem(at: folder)
    }

    private func waitUntilReady() throws {
        for _ in 0..<200 {
            guard child.isRunning else { break }
            if Nginx.connects(to: plainPort), Nginx.connects(to: http2Port) { return }
            usleep(25_000)
        }
        stop()
        throw Failure("nginx does not listen:\n\(child.output.suffix(500))")
    }

    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
            }
        }
        guard code == 0 else { throw Failure("no free port: \(String(cString: strerror(errno)))") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static func connects(to port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = loopback(port: port)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 }
        }
    }

    private static func loopback(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
