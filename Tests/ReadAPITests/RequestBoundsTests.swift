import Glibc
import Synchronization
import Testing

@testable import HTTPServing
@testable import ReadAPI

/// How much, how fast and how slowly clients may send.
@Suite struct RequestBoundsTests {
    @Test func bucketsFillAndRefill() throws {
        let limit = try #require(RateLimit(perSecond: 2, burst: 3))
        var fullAt: UInt64 = 0
        let start: UInt64 = 10_000_000_000
        #expect((0..<3).map { _ in limit.take(fullAt: &fullAt, now: start) } == [nil, nil, nil])
        #expect(limit.take(fullAt: &fullAt, now: start) == 500_000_000)
        #expect(limit.take(fullAt: &fullAt, now: start + 499_999_999) == 1)
        #expect(limit.take(fullAt: &fullAt, now: start + 500_000_000) == nil)
        #expect(limit.take(fullAt: &fullAt, now: start + 500_000_000) != nil)
        // Rest fills it to its burst and no further.
        let later = start + 1_000_000_000_000
        #expect((0..<4).map { _ in limit.take(fullAt: &fullAt, now: later) == nil } == [true, true, true, false])
        #expect(RateLimit(perSecond: 0, burst: 5) == nil)
    }

    @Test func tooManyUsersShareOneBucket() {
        let limiter = RateLimiter(RateLimit(perSecond: 1, burst: 1))
        for index in 0..<ReadAPILimits.rateBuckets { #expect(limiter.secondsToWait("u\(index)", now: 1) == nil) }
        #expect(limiter.secondsToWait("one more", now: 1) == nil)
        #expect(limiter.secondsToWait("another", now: 1) == 1)
        // Those that are full again are forgotten.
        #expect(limiter.secondsToWait("another", now: 5_000_000_000) == nil)
    }

    @Test func aUserWhoAsksTooMuchIsToldWhenToGoOn() throws {
        var limits = RateLimits.none
        limits.user = RateLimit(every: 60, burst: 3)
        let api = try TestAPI(database: try FixtureDatabase.live().url, rateLimits: limits)
        for _ in 0..<3 { #expect(try api.get("/v1/quotes").status == 200) }
        let refused = try api.get("/v1/quotes")
        #expect(refused.status == 429)
        #expect(Int(refused.header("retry-after") ?? "").map { (1...60).contains($0) } == true)
        #expect(try refused.json()["type"] == .string("urn:tapefold:problem:too-many-requests"))
        #expect(try api.get("/v1/quotes", as: "u2").status == 200)
        #expect(try api.get("/livez").status == 200)
    }

    @Test func anAddressThatAsksTooMuchIsToldWhenToGoOn() throws {
        var limits = RateLimits.none
        limits.address = RateLimit(every: 60, burst: 2)
        let api = try TestAPI(database: try FixtureDatabase.live().url, rateLimits: limits) {
            $0.trustedProxies = ["127.0.0.1", "10.0.0.1"]
        }
        #expect(try api.get("/v1/quotes", as: nil).status == 401)
        #expect(try api.get("/v1/quotes", as: "u2").status == 200)
        #expect(try api.get("/v1/quotes", as: "u3").status == 429)
        #expect(try api.get("/livez").status == 200)
        // Another client behind our proxies has a bucket of its own; what it claims to be in front of it counts for nothing.
        for claim in ["9.9.9.9", "8.8.8.8"] {
            let headers = [("X-Forwarded-For", "\(claim), 203.0.113.7, 10.0.0.1")]
            #expect(try api.get("/v1/quotes", headers: headers).status == 200)
        }
        let third = try api.get("/v1/quotes", headers: [("X-Forwarded-For", "7.7.7.7, 203.0.113.7")])
        #expect(third.status == 429)
        // A proxy that adds a line of its own behind the client's: the last line counts, not the forged first.
        let lines = [("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-For", "::ffff:203.0.113.7, 10.0.0.1")]
        #expect(try api.get("/v1/quotes", headers: lines).status == 429)
        // Nobody else's word is taken.
        let plain = try TestAPI(database: try FixtureDatabase.live().url, rateLimits: limits)
        for index in 0..<3 {
            let status = try plain.get("/v1/quotes", headers: [("X-Forwarded-For", "1.1.1.\(index)")]).status
            #expect(status == (index < 2 ? 200 : 429))
        }
    }

    @Test func anIPv4AddressIsOneHoweverASocketShowsIt() {
        for (text, plain) in [
            ("::ffff:192.0.2.1", "192.0.2.1"), ("::FFFF:192.0.2.1", "192.0.2.1"), ("192.0.2.1", "192.0.2.1"),
            ("::ffff:1:2", "::ffff:1:2"), ("::ffff:", "::ffff:"), ("2001:db8::1", "2001:db8::1"), ("", ""),
        ] {
            #expect(IPAddressText.plain(text) == plain)
        }
    }

    @Test func aSocketOfBothFamiliesShowsThePlainAddress() throws {
        let seen = Mutex("")
        let server = try HTTPServer(HTTPServer.Configuration(host: "::", port: 0), observer: ReadMetrics()) { request in
            seen.withLock { $0 = request.remoteAddress }
            return .now(HTTPResponse(status: 200))
        }
        #expect(try TestClient(port: server.port).request("GET", "/").status == 200)
        #expect(seen.withLock { $0 } == "127.0.0.1")
    }

    @Test func deadlinesRunFromTheAnswerToTheRequestsEnd() {
        let second: UInt64 = 1_000_000_000
        let deadline = RequestDeadline(patienceSeconds: 10, now: 4 * second)
        func isOver(_ now: UInt64) -> Bool { deadline.takeExpired(now: now) }
        #expect(!isOver(14 * second - 1))
        #expect(isOver(14 * second))
        // Said once.
        #expect(!isOver(15 * second))
        deadline.answered(now: 20 * second)
        deadline.received()
        #expect(!isOver(100 * second))
        deadline.answered(now: 100 * second)
        #expect(!isOver(110 * second - 1))
        #expect(isOver(110 * second))
    }

    @Test func aRequestThatComesByteByByteIsCutOff() throws {
        var configuration = HTTPServer.Configuration(host: "127.0.0.1", port: 0)
        configuration.requestSeconds = 1
        let server = try HTTPServer(configuration, observer: ReadMetrics()) { _ in .now(HTTPResponse(status: 200)) }
        let slow = try TestClient(port: server.port)
        slow.send("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        let started = MonotonicClock.nanoseconds()
        // One byte after another until the server has had enough: no idle time-out ever comes.
        while !slow.isClosedNow(), MonotonicClock.nanoseconds() < started + 20_000_000_000 {
            slow.send("a")
            // A client of its own each time: an idle one would be cut off as well.
            #expect(try TestClient(port: server.port).request("GET", "/").status == 200)
            usleep(50_000)
        }
        #expect(slow.isClosedNow())
        #expect(try TestClient(port: server.port).request("GET", "/").status == 200)
    }
}
