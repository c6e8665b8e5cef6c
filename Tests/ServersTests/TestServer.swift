import Glibc
import Scenarios
import TestSupport

@testable import Servers

/// Servers for tests: shell commands, and a small HTTP server in Perl, which every machine with a C toolchain has.
struct TestServer {
    /// A folder of its own for a test; removed by ``remove()``.
    let folder: String
    let port: Int

    init() throws {
        folder = try Files.makeTemporaryFolder("/tmp/seep-test-")
        port = try FreePort.pick()
        try Files.write(Self.program, to: folder + "/serve.pl")
    }

    func remove() { Files.remove(folder) }

    /// Answers `/status/NNN` with that status, `/env/NAME` with the variable, and all else with 200.
    static let program = """
        use strict; use IO::Socket::INET; $| = 1;
        my $s = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $ARGV[0], Listen => 64, ReuseAddr => 1) or die "cannot listen\\n";
        print "listening on $ARGV[0]\\n";
        while (my $c = $s->accept) {
            my $line = <$c> // ''; while (defined(my $h = <$c>)) { last if $h =~ /^\\r?$/ }
            my $status = $line =~ m{/status/(\\d+)} ? $1 : 200;
            my $body = $line =~ m{/env/(\\w+)} ? ($ENV{$1} // '') : 'ok';
            print $c "HTTP/1.1 $status X\\r\\nContent-Length: " . length($body) . "\\r\\nConnection: close\\r\\n\\r\\n$body"; close $c;
        }
        """

    var serve: String { "perl serve.pl \(port)" }

    func launch(
        _ command: String, environment: [String: String] = [:], ready: String? = nil, readyWithin: Duration = .seconds(60),
        stopWithin: Duration = .seconds(10), logLimitBytes: Int = 20_000_000
    ) -> ServerLaunch {
        let spec = ServerSpec(
            name: "under-test", command: "", ready: ready, readyWithin: readyWithin, stop: .init(within: stopWithin))
        return ServerLaunch(
            spec, command: command, environment: environment, folder: folder, port: port, logPath: folder + "/server.log",
            logLimitBytes: logLimitBytes)
    }

    /// Starts the server, and waits until it is ready.
    func start(_ launch: ServerLaunch) async throws -> ServerProcess {
        let server = try await ServerProcess.start(launch, registry: TestProcesses.registry())
        do {
            try await server.awaitReady()
        } catch {
            await server.stop()
            throw error
        }
        return server
    }

    var log: String { Files.read(folder + "/server.log").map { String(decoding: $0, as: UTF8.self) } ?? "" }
}
