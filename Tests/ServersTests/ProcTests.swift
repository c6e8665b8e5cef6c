import Glibc
import Testing

@testable import LinuxIO

@Suite("What /proc says") struct ProcTests {
    private static func line(_ name: String) -> [UInt8] {
        Array(
            "4242 (\(name)) S 1 4240 4200 0 -1 4194560 300 0 0 0 11 22 0 0 20 0 7 0 987654 1000000 250 18446744073709551615 1 1\n".utf8)
    }

    @Test(arguments: ["postgres", "tmux: server", "a) S 9 9 9 (b", "))((", "", "line\nbreak"])
    func `a process is read whatever its name`(_ name: String) throws {
        let stat = try #require(ProcessStat(parsing: Self.line(name), pageBytes: 4096))
        #expect(stat.command == name)
        #expect(stat.identity == ProcessIdentity(pid: 4242, startTicks: 987_654))
        #expect(stat.state == "S")
        #expect([stat.parent, stat.processGroup, stat.session] == [1, 4240, 4200])
        #expect([stat.userTicks, stat.systemTicks] == [11, 22])
        #expect(stat.threads == 7)
        #expect(stat.residentBytes == 250 * 4096)
    }

    @Test(arguments: ["", "(", ")", "1 (a)", "x (a) S 1 1 1", "1 a S 1 1 1", "1 (a) SS 1", "1 )a( S 1 2 3 4 5 6 7 8 9 10 11 12 13 14"])
    func `what is no such line gives nothing`(_ line: String) {
        #expect(ProcessStat(parsing: Array(line.utf8), pageBytes: 4096) == nil)
    }

    @Test func `a line cut anywhere, or with any byte changed, does not trap`() {
        let whole = Self.line("we ird)")
        for end in whole.indices { _ = ProcessStat(parsing: Array(whole[..<end]), pageBytes: 4096) }
        for index in whole.indices {
            var bytes = whole
            bytes[index] = .random(in: .min ... .max)
            _ = ProcessStat(parsing: bytes, pageBytes: 4096)
            _ = TCPEntry(parsing: bytes)
        }
    }

    @Test func `this process is found, with its parent, its environment and its descriptors`() throws {
        let own = try #require(Proc.stat(getpid()))
        #expect(own.parent == getppid())
        #expect(own.processGroup == getpgrp())
        #expect(own.residentBytes > 1_000_000)
        #expect(Proc.isAlive(own.identity))
        #expect(!Proc.isAlive(ProcessIdentity(pid: own.pid, startTicks: own.startTicks + 1)))
        #expect(Proc.all().contains(getpid()))
        #expect(Proc.environment(getpid())?["PATH"] == getenv("PATH").map { String(cString: $0) })
        #expect(try #require(Proc.commandLine(getpid())).count >= 1)
        #expect(try #require(Proc.descriptorCount(getpid())) > 2)
        #expect(Proc.descendants(of: getppid()).contains { $0.pid == getpid() })
        #expect(Proc.bootID.count == 36)
        #expect(Proc.userID(getpid()) == geteuid())
    }

    @Test func `a circle of parents, as a table not read at one instant may hold, ends`() throws {
        let text = { (pid: Int, parent: Int) in
            Array("\(pid) (x) S \(parent) 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0 0".utf8)
        }
        let stats = [(10, 12), (11, 10), (12, 11)].compactMap { ProcessStat(parsing: text($0.0, $0.1), pageBytes: 1) }
        #expect(Proc.descendants(of: 10, in: stats).map(\.pid) == [11, 12])
    }

    @Test func `sockets of both families are read`() throws {
        let table = Array(
            """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 777 1 0 100 0 0 10 0
               1: 00000000000000000000000001000000:1538 0000000000000000FFFF00000200000A:C001 01 0:0 00:0 0 101 0 888 1
               2: 0100007F:1F9 00000000:0000 0A 0:0 00:0 0 0 0 1
               3: 0100007F:1F90 00000000:0000 0F 0:0 00:0 0 0 0 1
               4: 01000:1F90 00000000:0000 0A 0:0 00:0 0 0 0 1
            """.utf8)
        let entries = Proc.tcpEntries(table)
        #expect(entries.count == 2)
        #expect(entries[0].localAddress == IPAddress("127.0.0.1"))
        #expect(entries[0].localPort == 8080)
        #expect(entries[0].state == .listening)
        #expect(entries[0].inode == 777)
        #expect(entries[1].localAddress == IPAddress("::1"))
        #expect(entries[1].localPort == 5432)
        #expect(entries[1].remoteAddress == IPAddress("10.0.0.2"))
        #expect(entries[1].remoteAddress.description == "10.0.0.2")
        #expect(entries[1].state == .established)
    }

    @Test(arguments: ["127.0.0.1", "10.255.0.1", "::1", "2001:db8::17", "fe80::1"])
    func `an address is printed as it is written`(_ text: String) {
        #expect(IPAddress(text)?.description == text)
    }

    @Test func `addresses know what is loopback`() {
        #expect(IPAddress("127.8.8.8")?.isLoopback == true)
        #expect(IPAddress("::1")?.isLoopback == true)
        #expect(IPAddress("::ffff:127.0.0.1")?.isLoopback == true)
        #expect(IPAddress("10.0.0.1")?.isLoopback == false)
        #expect(IPAddress("localhost") == nil)
    }

    @Test func `the link of a socket gives its inode, and no other link does`() {
        #expect(Proc.socketInode("socket:[12345]") == 12345)
        #expect(Proc.socketInode("pipe:[12345]") == nil)
        #expect(Proc.socketInode("socket:[]") == nil)
    }
}
