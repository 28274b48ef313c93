import Foundation
import ReadAPI

/// `tapefold token --user U`.
enum TokenCommand {
    static let command = Command(
        "token", "Print a signed token (JWT) for the read API.",
        discussion: """
            The secret is TAPEFOLD_JWT_SECRET, the file that TAPEFOLD_JWT_SECRET_FILE names, or the running `up`'s. The token
            is the last line of the output.
            """,
        options: [
            OptionDefinition("user", .text("U"), "The user, the token's sub. Required."),
            OptionDefinition("role", .text("R"), "A role; admin may read every user's rows."),
            OptionDefinition(
                "ttl", .integer("SECONDS", 1...CommandLineLimits.maximumTokenSeconds), "How long it is valid.",
                default: "30 days"),
            .dataDirectory,
        ],
        examples: [
            "tapefold token --user demo",
            "curl -H \"Authorization: Bearer $(tapefold token --user demo)\" http://127.0.0.1:8080/v1/positions",
        ],
        run: run)

    private static func run(_ invocation: Invocation) throws -> ExitStatusCode {
        guard let user = invocation.arguments.text("user") else { throw UsageError("--user is missing") }
        let settings = Settings(invocation)
        noteUnknownRole(invocation)
        invocation.console.line(
            try token(
                user: user, role: invocation.arguments.text("role"), seconds: invocation.arguments.integer("ttl"),
                settings))
        return .done
    }

    /// Other roles are for those who read the token besides: the read API asks for one alone.
    static func noteUnknownRole(_ invocation: Invocation) {
        guard let role = invocation.arguments.text("role"), role != "admin" else { return }
        invocation.console.note(
            "no route of the read API asks for role \"\(role)\""
                + (Suggestion.nearest(to: role, among: ["admin"]) == nil ? "" : "; did you mean admin?"))
    }

    static func token(user: String, role: String?, seconds: Int? = nil, _ settings: Settings) throws -> String {
        let secret = try secret(settings)
        let now = Int64(Date().timeIntervalSince1970)
        let claims = TokenClaims(
            subject: user, roles: role.map { [$0] } ?? [], issuedAt: now,
            expiresAt: now + Int64(seconds ?? CommandLineLimits.defaultTokenSeconds))
        return TokenIssuer(secret: secret, audience: TokenAudience.load(environment: settings.environment)).issue(
            claims)
    }

    private static func secret(_ settings: Settings) throws -> TokenSecret {
        do throws(TokenSecretError) {
            return try TokenSecret.load(environment: settings.effectiveEnvironment)
        } catch {
            guard error == .missing else { throw error }
            throw CommandFailure(
                "no secret to sign with: TAPEFOLD_JWT_SECRET and TAPEFOLD_JWT_SECRET_FILE are not set and no "
                    + "`tapefold up` is running on \(settings.dataDirectory.value)",
                remedy: "Set one of them to the read API's secret, or name the data with --data-dir.")
        }
    }
}
