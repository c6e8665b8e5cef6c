import LinuxIO

/// What the kernel says this process holds.
struct Memory {
    /// VmRSS and VmHWM, in kB.
    var residentKB = 0
    var peakKB = 0

    static var now: Memory {
        var memory = Memory()
        for line in String(decoding: Proc.read("/proc/self/status") ?? [], as: UTF8.self).split(separator: "\n") {
            let words = line.split { $0 == " " || $0 == "\t" }
            guard words.count >= 2, let value = Int(words[1]) else { continue }
            if words[0] == "VmRSS:" { memory.residentKB = value }
            if words[0] == "VmHWM:" { memory.peakKB = value }
        }
        return memory
    }
}
