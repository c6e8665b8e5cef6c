/// How requests travel.
package struct HTTPSettings: Hashable, Sendable, Codable {
    package enum Version: String, Hashable, Sendable, Codable, CaseIterable {
        case http1_0 = "1.0"
        case http1_1 = "1.1"
        case http2 = "2"
    }

    /// What the exchanges are made by.
    package enum Transport: String, Hashable, Sendable, Codable, CaseIterable {
        /// The direct one for each request that it can do.
        case auto
        /// libcurl's own exchanges.
        case general
        /// HTTP/1 framed by Seep on connections that libcurl opened.
        case direct
    }

    /// How many requests a connection serves.
    package enum Reuse: Hashable, Sendable, Codable {
        case always
        case never
        /// So many, at least 1; then it is closed by us.
        case requests(Int)
    }

    package struct Header: Hashable, Sendable, Codable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Who we say that we are. Secret, but for the user's name.
    package enum Auth: Hashable, Sendable, Codable {
        case basic(user: String, password: String)
        case bearer(String)
    }

    /// Whom we believe, and what we show. Paths are absolute.
    package struct TLS: Hashable, Sendable, Codable {
        /// Certificates of authorities (PEM) in place of the system's.
        package var authorities: String?
        /// Our certificate (PEM), with the chain below it.
        package var certificate: String?
        /// Its key (PEM, without a password).
        package var key: String?
        /// Whether the server's certificate is checked, the name included.
        package var verify: Bool

        package init(authorities: String? = nil, certificate: String? = nil, key: String? = nil, verify: Bool = true) {
            self.authorities = authorities
            self.certificate = certificate
            self.key = key
            self.verify = verify
        }
    }

    package var version: Version
    /// Whether a connection serves more than one request.
    package var reuse: Reuse
    /// From the send to the last byte of the response; 1 ms to 1 h.
    package var timeout: Duration
    /// Sent with every request, in this order; a request's own header of the same name takes its place. Those that the scenario has
    /// with placeholders are among the requests' own.
    package var headers: [Header]

    /// Sent as `Authorization` with every request to the target's origin that has no such header of its own.
    package var auth: Auth?
    /// The URL of an HTTP proxy, with user and password where it wants them; `nil`: none, whatever the environment says.
    package var proxy: String?
    package var tls: TLS
    /// A Unix socket that every connection to the target goes to; the target's host is then a name only. Absolute, or from the
    /// scenario's folder; may hold the placeholders of a cell.
    package var socket: Template?
    package var transport: Transport

    package init(
        version: Version = .http1_1, reuse: Reuse = .always, timeout: Duration = .seconds(10), headers: [Header] = [],
        auth: Auth? = nil, proxy: String? = nil, tls: TLS = TLS(), socket: Template? = nil, transport: Transport = .auto
    ) {
        self.version = version
        self.reuse = reuse
        self.timeout = timeout
        self.headers = headers
        self.auth = auth
        self.proxy = proxy
        self.tls = tls
        self.socket = socket
        self.transport = transport
    }

    /// Runs recorded by an earlier Seep lack what it did not know.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        version = try container.decode(Version.self, forKey: .version)
        reuse = try container.decode(Reuse.self, forKey: .reuse)
        timeout = try container.decode(Duration.self, forKey: .timeout)
        headers = try container.decode([Header].self, forKey: .headers)
        auth = try container.decodeIfPresent(Auth.self, forKey: .auth)
        proxy = try container.decodeIfPresent(String.self, forKey: .proxy)
        tls = try container.decodeIfPresent(TLS.self, forKey: .tls) ?? TLS()
        socket = try container.decodeIfPresent(Template.self, forKey: .socket)
        transport = try container.decodeIfPresent(Transport.self, forKey: .transport) ?? .general
    }
}
