import HTTPServing

/// The dashboard: one page and what it is made of, compiled into the program.
enum DashboardEndpoints {
    static let routes: [Route] = [
        Route(
            "/", "getDashboard", access: .open, produces: "text/html", action: .immediate { _ in answer("index.html") }),
        Route(
            "/assets/{name}", "getDashboardAsset", access: .open, parameters: [.path("name", .text)], produces: "*/*",
            action: .asset { name in
                guard DashboardAssets.files[name] != nil, name != "index.html" else {
                    return Problem.notFound("the dashboard has no file \"\(name.prefix(80))\"").response(for: nil)
                }
                return answer(name)
            }),
    ]

    /// Nothing from elsewhere, no inline script, no frame around it; styles of charts are set on their elements.
    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    private static func answer(_ name: String) -> HTTPResponse {
        var response = HTTPResponse(
            contentType: contentType(name), body: Array((DashboardAssets.files[name] ?? "").utf8))
        response.headers += [
            HTTPHeader("Content-Security-Policy", policy), HTTPHeader("Referrer-Policy", "no-referrer"),
        ]
        return response
    }

    private static func contentType(_ name: String) -> String {
        if name.hasSuffix(".html") { return "text/html; charset=utf-8" }
        if name.hasSuffix(".css") { return "text/css; charset=utf-8" }
        if name.hasSuffix(".svg") { return "image/svg+xml" }
        if name.hasSuffix(".webmanifest") { return "application/manifest+json" }
        return "text/javascript; charset=utf-8"
    }
}
