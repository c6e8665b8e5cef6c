import Foundation

/// A certificate for 127.0.0.1 and the authority that signed it, made by openssl(1) for one run: what a server of TLS needs.
struct Authority {
    /// The files in the folder.
    static let certificate = "certificate.pem"
    static let key = "key.pem"
    static let own = "authority.pem"

    /// - Parameter folder: exists; the files stay in it.
    static func make(in folder: URL) throws {
        let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        let path = { (name: String) in folder.appendingPathComponent(name).path }
        try "subjectAltName=IP:127.0.0.1\n".write(toFile: path("names"), atomically: true, encoding: .utf8)
        try run(
            ["req", "-x509"] + curve + ["-days", "2", "-subj", "/CN=benchmark authority", "-addext", "basicConstraints=critical,CA:TRUE"]
                + ["-keyout", path("authority-key.pem"), "-out", path(own)])
        try run(["req"] + curve + ["-subj", "/CN=127.0.0.1", "-keyout", path(key), "-out", path("request.pem")])
        try run(
            ["x509", "-req", "-in", path("request.pem"), "-CA", path(own), "-CAkey", path("authority-key.pem"), "-CAcreateserial"]
                + ["-days", "2", "-extfile", path("names"), "-out", path(certificate)])
    }

    private static func run(_ arguments: [String]) throws {
        _ = try Child(["openssl"] + arguments).finish(within: 30)
    }
}
