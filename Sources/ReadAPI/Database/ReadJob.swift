import HTTPServing

/// One request on its way through the query threads.
final class ReadJob: Sendable {
    let plan: ReadPlan
    /// Which fields are wanted; nil for all.
    let selection: FieldSelection?
    let request: HTTPRequest
    let route: String
    /// When waiting for `plan.after` gives up: nanoseconds of `MonotonicClock`.
    let waitDeadline: UInt64
    /// Jobs with the same key have the same answer: what they ask for belongs to no user. Nil where it does.
    let shareKey: String?
    /// The same for requests of one user to one route; nil where what they ask for belongs to no user.
    let slowKey: String?
    private let reply: HTTPReply
    private let finish: @Sendable (HTTPResponse, HTTPRequest, String) -> HTTPResponse

    init(
        plan: ReadPlan, selection: FieldSelection? = nil, shareKey: String? = nil, slowKey: String? = nil,
        request: HTTPRequest, route: String,
        waitMilliseconds: Int, reply: HTTPReply,
        finish: @escaping @Sendable (HTTPResponse, HTTPRequest, String) -> HTTPResponse
    ) {
        self.plan = plan
        self.selection = selection
        self.shareKey = shareKey
        self.slowKey = slowKey
        self.request = request
        self.route = route
        self.reply = reply
        self.finish = finish
        waitDeadline = MonotonicClock.deadline(milliseconds: waitMilliseconds)
    }

    func answer(_ response: HTTPResponse) {
        send(finished(response))
    }

    /// With all that the answer to this request has beside what was read.
    func finished(_ response: HTTPResponse) -> HTTPResponse { finish(response, request, route) }

    /// Sends what `finished` gave.
    func send(_ response: HTTPResponse) { reply.send(response) }

    func fail(_ problem: Problem) {
        answer(problem.response(for: request))
    }
}
