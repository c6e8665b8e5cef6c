/// One named entry under `requests:`: a request, or a flow of several.
package struct RequestSpec: Hashable, Sendable, Codable {
    package enum Method: String, Hashable, Sendable, Codable, CaseIterable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
        case head = "HEAD"
        case options = "OPTIONS"
    }

    /// Unique in the scenario; `GET /path` unless named.
    package var name: String
    package var method: Method
    /// A path that starts with `/` (joined to the target byte for byte), or an absolute URL. A ``RequestTemplate``'s text when
    /// ``isTemplated``, and then a path too when it starts with a placeholder, which brings the `/`; empty in a flow.
    package var url: String
    /// At least 1; the request's share of the dose.
    package var weight: Int
    /// Values are texts of ``RequestTemplate`` when ``isTemplated``.
    package var headers: [HTTPSettings.Header]
    package var body: Body?
    /// Whether URL, headers, body or expectations hold placeholders: else all of them are to be taken as they are.
    package var isTemplated: Bool
    /// How many redirects to follow; each is a transfer of its own.
    package var follow: Int
    package var expect: Expectation
    /// What is kept of the response for the requests after it in the same flow; in the order of the file.
    package var captures: [Capture]
    /// In place of `http.timeout`.
    package var timeout: Duration?
    /// When we hang up; `nil`: not before the response is whole.
    package var hangUp: HangUp?
    /// Bytes per second at which the response is read; `nil`: as it comes. At least 1.
    package var readRate: Int?
    /// What is sent in place of a request of its own.
    package var flow: Flow?

    package init(
        name: String, method: Method = .get, url: String, weight: Int = 1, headers: [HTTPSettings.Header] = [], body: Body? = nil,
        isTemplated: Bool = false, follow: Int = 0, expect: Expectation = Expectation(), captures: [Capture] = [],
        timeout: Duration? = nil, hangUp: HangUp? = nil, readRate: Int? = nil, flow: Flow? = nil
    ) {
        self.name = name
        self.method = method
        self.url = url
        self.weight = weight
        self.headers = headers
        self.body = body
        self.isTemplated = isTemplated
        self.follow = follow
        self.expect = expect
        self.captures = captures
        self.timeout = timeout
        self.hangUp = hangUp
        self.readRate = readRate
        self.flow = flow
    }

    /// Whether ``url`` is joined to the target, as opposed to an absolute URL.
    package var isPath: Bool { url.hasPrefix("/") || isTemplated && url.hasPrefix("{{") }

    /// Runs recorded by an earlier Seep lack what it did not know.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        method = try container.decode(Method.self, forKey: .method)
        url = try container.decode(String.self, forKey: .url)
        weight = try container.decode(Int.self, forKey: .weight)
        headers = try container.decode([HTTPSettings.Header].self, forKey: .headers)
        body = try container.decodeIfPresent(Body.self, forKey: .body)
        isTemplated = try container.decodeIfPresent(Bool.self, forKey: .isTemplated) ?? false
        follow = try container.decode(Int.self, forKey: .follow)
        if let status = try? container.decode(Expectation.Status.self, forKey: .expect) {
            expect = Expectation(status: status)
        } else {
            expect = try container.decode(Expectation.self, forKey: .expect)
        }
        captures = try container.decodeIfPresent([Capture].self, forKey: .captures) ?? []
        timeout = try container.decodeIfPresent(Duration.self, forKey: .timeout)
        hangUp = try container.decodeIfPresent(HangUp.self, forKey: .hangUp)
        readRate = try container.decodeIfPresent(Int.self, forKey: .readRate)
        flow = try container.decodeIfPresent(Flow.self, forKey: .flow)
    }
}

extension RequestSpec {
    package struct Body: Hashable, Sendable, Codable {
        /// What is sent; of a ``RequestTemplate``'s text, its bytes.
        package var bytes: [UInt8]
        /// The `Content-Type` sent unless a header gives another.
        package var contentType: String?
        /// How values are put into the bytes' placeholders.
        package var encoding: Encoding
        /// The file that the bytes are, as the scenario names it: they are then sent as they are, also when the request
        /// ``RequestSpec/isTemplated``, and left out in a record of a run.
        package var file: String?

        package enum Encoding: String, Hashable, Sendable, Codable {
            /// As they are.
            case none
            /// As JSON strings are escaped, without the quotes.
            case json
            /// As `application/x-www-form-urlencoded`.
            case form
        }

        package init(bytes: [UInt8], contentType: String?, encoding: Encoding = .none, file: String? = nil) {
            self.bytes = bytes
            self.contentType = contentType
            self.encoding = encoding
            self.file = file
        }

        /// Whether the bytes are never taken for a template.
        package var isLiteral: Bool { file != nil }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            bytes = try container.decode([UInt8].self, forKey: .bytes)
            contentType = try container.decodeIfPresent(String.self, forKey: .contentType)
            encoding = try container.decodeIfPresent(Encoding.self, forKey: .encoding) ?? .none
            file = try container.decodeIfPresent(String.self, forKey: .file)
        }
    }

    /// Something of a response, kept under a name.
    package struct Capture: Hashable, Sendable, Codable {
        package enum Source: Hashable, Sendable, Codable {
            /// A member of the body: names and numbers with dots between, `items.0.id`.
            case json(path: String)
            /// A header's value, the first of that name.
            case header(String)
            /// The first group of the first match in the body, or all of the match where the expression has no group.
            case match(String)
        }

        package var name: String
        package var source: Source

        package init(name: String, source: Source) {
            self.name = name
            self.source = source
        }
    }

    /// Leaving before the response is whole.
    package struct HangUp: Hashable, Sendable, Codable {
        package enum Moment: Hashable, Sendable, Codable {
            /// When the status and all headers are there.
            case headers
            /// When so many bytes of the body are there; at least 1.
            case bytes(Int)
            /// So long after the request began.
            case time(Duration)
            /// When the request has been sent, without waiting for a byte.
            case beforeResponse
        }

        package enum How: String, Hashable, Sendable, Codable, CaseIterable {
            /// As a client that goes away does: both directions (FIN).
            case close
            /// RST, as a client that crashed.
            case reset
            /// Our direction only; the response is read to its end, and thrown away.
            case halfClose = "half-close"
        }

        package var moment: Moment
        package var how: How

        package init(_ moment: Moment, how: How = .close) {
            self.moment = moment
            self.how = how
        }
    }

    /// Requests in order on one virtual user, which has cookies and captured values of its own.
    package struct Flow: Hashable, Sendable, Codable {
        package enum Part: Hashable, Sendable, Codable {
            /// Has a name of its own, unique in the scenario, and so is a class of its own; neither weight nor flow.
            case request(RequestSpec)
            /// A pause, drawn evenly from the range.
            case think(from: Duration, to: Duration)
        }

        /// Once for each virtual user, before its first turn in a step of the run.
        package var before: [Part]
        package var steps: [Part]

        package init(before: [Part] = [], steps: [Part]) {
            self.before = before
            self.steps = steps
        }

        /// In the order in which they are sent.
        package var requests: [RequestSpec] {
            (before + steps).compactMap { if case .request(let request) = $0 { request } else { nil } }
        }
    }
}
