import Glibc
import LinuxIO

/// Which process of the server took the place of which, from one look at them to the next.
///
/// A process that appears takes the place of one that has ended, where both had the same parent and the same command: a worker that
/// was restarted. One that appears beside the others is new. Nobody is either in the first look.
struct ProcessPlaces {
    private struct Place: Hashable {
        var parent: pid_t
        var command: String
    }

    private struct Holder {
        var place: Place
        var restarts = 0
        var note = ""
    }

    private var holders: [ProcessIdentity: Holder] = [:]
    /// Those that have ended and were not replaced yet, the one that ended first in front.
    private var vacant: [Place: [(pid: pid_t, restarts: Int)]] = [:]
    private var isFirstLook = true

    mutating func look(at stats: [ProcessStat]) {
        let present = Set(stats.map(\.identity))
        for (identity, holder) in holders.sorted(by: { $0.key.pid < $1.key.pid }) where !present.contains(identity) {
            holders[identity] = nil
            vacant[holder.place, default: []].append((identity.pid, holder.restarts))
        }
        for stat in stats {
            if holders[stat.identity] != nil {
                holders[stat.identity]?.note = ""
                continue
            }
            var holder = Holder(place: Place(parent: stat.parent, command: stat.command))
            if !isFirstLook {
                if let before = vacant[holder.place]?.first {
                    vacant[holder.place]?.removeFirst()
                    holder.restarts = before.restarts + 1
                    holder.note = "in the place of \(before.pid)"
                } else {
                    holder.note = "new"
                }
            }
            holders[stat.identity] = holder
        }
        isFirstLook = false
    }

    func restarts(of stat: ProcessStat) -> Int { holders[stat.identity]?.restarts ?? 0 }

    /// Of the first look that shows it; empty in later ones.
    func note(of stat: ProcessStat) -> String { holders[stat.identity]?.note ?? "" }
}
