import HTTPServing

/// `auth/login`, `auth/refresh`, `auth/logout`: tokens for those who have a password.
enum AuthEndpoints {
    static let routes: [Route] = [
        Route(
            "/v1/auth/login", "login", method: .post, access: .open, body: .json, action: .work(.passwords, login)),
        Route(
            "/v1/auth/refresh", "refresh", method: .post, access: .open, body: .json, action: .work(.sessions, refresh)),
        Route(
            "/v1/auth/logout", "logout", method: .post, access: .open, body: .json, action: .work(.sessions, logout)),
    ]

    /// A name that does not exist, one that is disabled and a wrong password take as long and read the same.
    private static func login(
        _ call: WorkCall, _ service: ReadService, _ session: DatabaseSession
    ) throws(Problem) -> HTTPResponse {
        let body = try call.texts(["userId", "password"])
        let (name, password) = (body[0], Array(body[1].utf8))
        let issuer = try service.tokenIssuer()
        if let seconds = service.limiters.logins.secondsToWait(call.address) {
            throw .tooManyRequests("to sign in from this address", seconds: seconds)
        }
        guard name.utf8.count <= ReadAPILimits.userIdBytes, !name.utf8.contains(0),
            password.count <= ReadAPILimits.passwordMaximumBytes, !password.contains(0)
        else { throw .wrongCredentials }
        let store = LoginStore(session)
        if let seconds = try store.secondsLocked(name) {
            throw .tooManyRequests("to sign in as this user failed", seconds: seconds)
        }
        let account = try store.account(name)
        let isRight = service.configuration.verifyPassword(password, account?.passwordHash ?? PasswordHash.decoy)
        guard isRight, let account, !account.isDisabled else {
            try store.failed(name)
            throw .wrongCredentials
        }
        // Hashing takes a while: the password may have been changed, or the user disabled, in the meantime.
        guard let refresh = try store.begin(account, as: name) else { throw .wrongCredentials }
        return tokens(account, refresh: refresh, issuer, call)
    }

    private static func refresh(
        _ call: WorkCall, _ service: ReadService, _ session: DatabaseSession
    ) throws(Problem) -> HTTPResponse {
        let token = try call.texts(["refreshToken"])[0]
        let issuer = try service.tokenIssuer()
        switch try LoginStore(session).rotate(token) {
        case .rotated(let account, let next): return tokens(account, refresh: next, issuer, call)
        case .reused(let userId):
            service.configuration.log.warning(
                "request \(call.request.identifier): a used refresh token of \(userId) came again from "
                    + "\(call.address); the session is revoked")
            throw .wrongRefreshToken
        case .refused: throw .wrongRefreshToken
        }
    }

    private static func logout(
        _ call: WorkCall, _ service: ReadService, _ session: DatabaseSession
    ) throws(Problem) -> HTTPResponse {
        try LoginStore(session).end(try call.texts(["refreshToken"])[0])
        return HTTPResponse(status: 204)
    }

    private static func tokens(
        _ account: LoginStore.Account, refresh: String, _ issuer: TokenIssuer, _ call: WorkCall
    ) -> HTTPResponse {
        let claims = TokenClaims(
            subject: account.userId, roles: account.roles, issuedAt: call.second,
            expiresAt: call.second + ReadAPILimits.accessTokenSeconds)
        return .json(200) { body in
            body.field("accessToken", issuer.issue(claims))
            body.field("tokenType", "Bearer")
            body.key("expiresInSeconds")
            body.integer(ReadAPILimits.accessTokenSeconds)
            body.field("refreshToken", refresh)
            body.key("refreshExpiresInSeconds")
            body.integer(ReadAPILimits.refreshTokenSeconds)
            body.field("userId", account.userId)
            body.key("roles")
            body.array { list in
                for role in account.roles { list.string(role) }
            }
        }
    }
}

extension ReadService {
    fileprivate func tokenIssuer() throws(Problem) -> TokenIssuer {
        guard let secret = configuration.secret else {
            throw .unavailable(
                "login-unavailable",
                "this API has no secret of its own to sign with (TAPEFOLD_JWT_SECRET); get a token from your identity provider"
            )
        }
        return TokenIssuer(secret: secret, audience: configuration.audience)
    }
}

extension Problem {
    static let wrongCredentials = Problem(
        kind: "wrong-credentials", title: "Unauthorized", status: 401, detail: "userId or password is wrong",
        headers: [HTTPHeader("WWW-Authenticate", "Bearer realm=\"tapefold\"")])

    static let wrongRefreshToken = Problem(
        kind: "wrong-refresh-token", title: "Unauthorized", status: 401,
        detail: "refreshToken is not valid (unknown, expired, used or revoked); sign in again",
        headers: [HTTPHeader("WWW-Authenticate", "Bearer realm=\"tapefold\"")])
}
