import HTTPServing

/// The read API on a socket: `ReadService` behind `HTTPServer`.
final class ReadAPIServer: Sendable {
    let service: ReadService
    private let server: HTTPServer

    var port: UInt16 { server.port }

    init(host: String, port: UInt16, service configuration: ReadService.Configuration) throws(HTTPServerError) {
        let service = ReadService(configuration)
        self.service = service
        server = try HTTPServer(
            HTTPServer.Configuration(host: host, port: port), observer: service.metrics,
            refuse: { Problem($0).response(for: $1) }, admit: { service.admit($0) }, handler: { service.answer($0) })
        service.start()
    }

    /// Takes no more connections, finishes what runs (bounded), ends the threads.
    func stop() {
        service.stopWaiting()
        server.stop()
        service.stop()
    }
}
