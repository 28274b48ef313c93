import Glibc
import HTTPServing

/// Requests that become streams.
extension ReadService {
    /// By the token in the header, or by a ticket, which a thread that may write looks up.
    func openStream(
        _ transport: StreamTransport, _ request: HTTPRequest, _ route: String, _ arguments: Arguments
    ) throws(Problem) -> HTTPAnswer {
        guard let ticket = arguments.text("ticket") else {
            let claims: TokenClaims
            do throws(TokenError) {
                claims = try verifier.verify(authorization: request.header("authorization"), at: Int64(time(nil)))
            } catch {
                throw .unauthorized(error)
            }
            return .now(try stream(transport, request, route, arguments, claims))
        }
        // What is wrong with the request is said before the ticket is used up.
        _ = try StreamService.wish(transport, request, arguments, defaultExchange: configuration.defaultExchange)
        return .later { [self] reply in
            let refuse: @Sendable (Problem) -> Void = { [self] in reply.send(refusal($0, request, route)) }
            work(
                .sessions,
                WorkPool.Job(
                    run: { [self] session in
                        do throws(Problem) {
                            guard let claims = try StreamTickets(session).redeem(ticket) else { throw Self.badTicket }
                            reply.send(try stream(transport, request, route, arguments, claims))
                        } catch {
                            refuse(error)
                        }
                    }, refuse: refuse))
        }
    }

    private static let badTicket = Problem(
        kind: "unauthorized", title: "Unauthorized", status: 401,
        detail: "ticket: it is unknown, used or older than \(ReadAPILimits.ticketSeconds) s; "
            + "get a new one with POST /v1/stream/ticket for every stream")

    private func stream(
        _ transport: StreamTransport, _ request: HTTPRequest, _ route: String, _ arguments: Arguments,
        _ claims: TokenClaims
    ) throws(Problem) -> HTTPResponse {
        let wish = try StreamService.wish(
            transport, request, arguments, defaultExchange: configuration.defaultExchange)
        let response = finish(HTTPResponse(status: wish.status, headers: wish.headers), request, route)
        // HEAD asks what a stream would be like, not for one.
        return request.method == "HEAD" ? response : try streams.open(wish, claims, request, response)
    }
}
