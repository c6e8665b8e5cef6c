extension RequestSpec {
    /// What a response must be to count as wanted: everything that is given.
    package struct Expectation: Hashable, Sendable, Codable {
        package enum Status: Hashable, Sendable, Codable {
            /// 200 to 399.
            case success
            /// In ascending order and each once, so that the same scenario is the same bytes in `run.json`.
            case exactly([Int])
            /// A placeholder that brings the status.
            case template(String)

            /// Not for ``template(_:)``, which is another status for each request.
            package func accepts(_ status: Int) -> Bool {
                switch self {
                case .success: (200..<400).contains(status)
                case .exactly(let statuses): statuses.contains(status)
                case .template: false
                }
            }
        }

        /// An end without a whole response.
        package enum End: String, Hashable, Sendable, Codable, CaseIterable {
            case timeout, cut, garbled, refused, unreachable
        }

        /// Something with a name, and what its value must be.
        package struct Named: Hashable, Sendable, Codable {
            /// A header, or a member of a JSON body: names and numbers with dots between.
            package var name: String
            package var check: Check

            package init(name: String, check: Check) {
                self.name = name
                self.check = check
            }
        }

        package enum Check: Hashable, Sendable, Codable {
            /// Texts may hold placeholders when the request ``RequestSpec/isTemplated``.
            case equals(String)
            case contains(String)
            /// A regular expression that is found somewhere.
            case matches(String)
            /// As numbers.
            case compares(Comparison, Double)
            /// Whether there is such a thing at all, whatever its value.
            case exists(Bool)
        }

        package enum Comparison: String, Hashable, Sendable, Codable, CaseIterable {
            case below = "<"
            case atMost = "<="
            case above = ">"
            case atLeast = ">="
            case equal = "=="
            case unequal = "!="
        }

        package var status: Status
        package var headers: [Named]
        package var body: [Check]
        package var json: [Named]
        /// Service time at most.
        package var within: Duration?
        /// `nil`: a whole response is wanted. Else this end is, and nothing else.
        package var end: End?

        package init(
            status: Status = .success, headers: [Named] = [], body: [Check] = [], json: [Named] = [], within: Duration? = nil,
            end: End? = nil
        ) {
            self.status = status
            self.headers = headers
            self.body = body
            self.json = json
            self.within = within
            self.end = end
        }

        package static let success = Expectation()

        package static func exactly(_ statuses: [Int]) -> Expectation { Expectation(status: .exactly(statuses)) }

        /// Whether a status that is known before the load is all that is looked at.
        package var isFixedStatus: Bool {
            if case .template = status { return false }
            return headers.isEmpty && body.isEmpty && json.isEmpty && within == nil && end == nil
        }

        /// Whether the body has to be kept until the response is whole.
        package var needsBody: Bool { !body.isEmpty || !json.isEmpty }
    }
}
