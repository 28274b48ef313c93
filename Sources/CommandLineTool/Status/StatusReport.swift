import Engine
import Kafka

/// What `status` prints of one view.
struct StatusView: Encodable {
    struct Partition: Encodable {
        let topic: String
        let partition: Int
        let offset: Int64
        let end: Int64
        let lag: Int64
        /// By the events' own times; absent where they could not be read.
        let lagSeconds: Double?
        let owner: String?
        let paused: Bool
    }

    struct Pause: Encodable {
        /// Absent: every lane.
        let lane: Int?
        let by: String
        let reason: String
        let since: String
    }

    struct Replay: Encodable {
        let build: String
        /// running or interrupted.
        let state: String
        let progress: Double
        let records: Int64
        let total: Int64
        /// Records a second over the readings so far; absent at the first.
        let rate: Double?
        let secondsLeft: Double?
    }

    struct Feed: Encodable {
        let exchange: String
        let lastTickAt: String
        /// Within the exchange's session: since its last tick, or its open.
        let silentSeconds: Int?
        let isSilent: Bool
        let symbols: Int
        let silentSymbols: Int
        let quietest: [String]
    }

    let view: String
    /// It decides, and has no rebuild.
    let reactor: Bool
    let build: String
    /// The name of the rebuild in `replay`.
    let building: String?
    let lag: Int64
    let lagSeconds: Double?
    /// Records folded a second over the readings so far; absent at the first.
    let rate: Int?
    let parkedEvents: Int
    let parkedKeys: Int
    let pauses: [Pause]
    let replay: Replay?
    /// Of a view of market data, by exchange; absent of others.
    let feeds: [Feed]?
    let partitions: [Partition]
}

extension StatusView {
    init(
        _ status: ViewStatus, isReactor: Bool, feeds: [FeedFigure] = [], behind: [TopicPartition: Int64], rate: Double?,
        replayRate: Double?
    ) {
        let owners = Dictionary(uniqueKeysWithValues: status.lanes.map { ($0.lane, $0.owner) })
        partitions = status.partitions.map { part in
            let micros = behind[TopicPartition(topic: part.topic, partition: Int32(part.partition))]
            return Partition(
                topic: part.topic, partition: part.partition, offset: part.offset, end: part.end, lag: part.lag,
                lagSeconds: micros.map { Double($0) / 1_000_000 }, owner: owners[part.partition] ?? nil,
                paused: status.pauses.pause(of: status.view, lane: part.partition) != nil)
        }
        view = status.view
        reactor = isReactor
        build = status.build
        building = status.rebuild?.build
        lag = status.lag
        lagSeconds = partitions.compactMap(\.lagSeconds).max()
        self.rate = rate.map { Int($0.rounded()) }
        parkedEvents = status.lanes.reduce(0) { $0 + $1.parkedEvents }
        parkedKeys = status.lanes.reduce(0) { $0 + $1.parkedKeys }
        pauses = status.pauses.map { Pause(lane: $0.lane, by: $0.by, reason: $0.reason, since: "\($0.at)") }
        self.feeds = feeds.isEmpty ? nil : feeds.map(Feed.init)
        replay = status.rebuild.map { Replay($0, rate: replayRate) }
    }
}

extension StatusView.Feed {
    init(_ figure: FeedFigure) {
        exchange = figure.exchange
        lastTickAt = "\(figure.lastTickAt)"
        silentSeconds = figure.silentSeconds
        isSilent = figure.isSilent
        symbols = figure.symbols
        silentSymbols = figure.silentSymbols
        quietest = figure.quietest
    }

    var line: String {
        var line = "  feed \(exchange)  last tick \(lastTickAt)"
        guard let silentSeconds else { return line + "  out of session" }
        line += "  \(silentSeconds) s ago" + (isSilent ? "  SILENT" : "")
        if silentSymbols > 0 {
            let more = silentSymbols > quietest.count ? ", …" : ""
            line += "  \(silentSymbols) of \(symbols) symbols quiet: \(quietest.joined(separator: ", "))\(more)"
        }
        return line
    }
}

extension StatusView.Replay {
    init(_ rebuild: ViewStatus.Rebuild, rate: Double?) {
        build = rebuild.build
        state = rebuild.isRunning ? "running" : "interrupted"
        progress = rebuild.fraction
        records = rebuild.records
        total = rebuild.total
        self.rate = rate
        let left = Double(max(0, rebuild.total - rebuild.records))
        secondsLeft = rebuild.isRunning ? rate.flatMap { $0 > 0 ? left / $0 : nil } : nil
    }
}

extension StatusView {
    /// The view on one line.
    var head: String {
        var head = "\(view)  \(reactor ? "reactor" : "build") \(build)  lag \(lag)"
        if let lagSeconds, lag > 0 { head += " (\(Self.seconds(lagSeconds)))" }
        if let rate { head += "  \(rate)/s" }
        if !pauses.isEmpty { head += "  PAUSED" }
        let silent = (feeds ?? []).filter(\.isSilent).map(\.exchange)
        if !silent.isEmpty { head += "  FEED SILENT: \(silent.joined(separator: ", "))" }
        if let replay {
            head += "  replay \(replay.build) \(replay.state) \(Int(replay.progress * 100)) %"
            if let rate = replay.rate { head += " \(Int(rate.rounded()))/s" }
            if let left = replay.secondsLeft { head += " \(Self.seconds(left)) left" }
        }
        if parkedEvents > 0 { head += "  parked \(counted(parkedEvents, "event")) of \(counted(parkedKeys, "key"))" }
        return head
    }

    /// With the partitions; of all views at once, only those about which something is to be said.
    func lines(isWhole: Bool) -> [String] {
        var lines = [head]
        for pause in pauses {
            let what = pause.lane.map { "lane \($0)" } ?? "all lanes"
            let why = pause.reason.isEmpty ? "" : ": \(pause.reason)"
            lines.append("  \(what) paused by \(pause.by) since \(pause.since)\(why)")
        }
        lines += (feeds ?? []).map(\.line)
        for part in partitions where isWhole || part.lag > 0 || part.owner == nil || part.paused {
            var line = "  \(part.topic)/\(part.partition)  offset \(part.offset)  end \(part.end)  lag \(part.lag)"
            if part.lag > 0 { line += " (\(part.lagSeconds.map(Self.seconds) ?? "time unknown"))" }
            lines.append(line + "  owner \(part.owner ?? "none")" + (part.paused ? "  paused" : ""))
        }
        return lines
    }

    static func seconds(_ value: Double) -> String {
        value < 10 ? "\((value * 10).rounded() / 10) s" : "\(Int(value.rounded())) s"
    }
}
