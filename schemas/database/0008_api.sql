-- What the read API keeps of its own: who may sign in, what they were given, which commands it has taken. No view is
-- among it; nothing here is read by a fold.

-- user_id is the tokens' sub.
CREATE TABLE tapefold.app_user (
    user_id text COLLATE "C" PRIMARY KEY,
    password_hash text NOT NULL,
    roles text[] NOT NULL DEFAULT '{}',
    disabled_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now()
);

-- Failed attempts by the name tried, whether there is such a user or not: a lock says nothing about who exists.
CREATE TABLE tapefold.login_failure (
    name_hash bytea PRIMARY KEY,
    failures integer NOT NULL,
    last_at timestamptz NOT NULL,
    locked_until timestamptz
);
CREATE INDEX login_failure_last ON tapefold.login_failure (last_at);

-- Hashes only. A family begins with a login; each token of it is used once.
CREATE TABLE tapefold.refresh_token (
    token_hash bytea PRIMARY KEY,
    family uuid NOT NULL,
    user_id text COLLATE "C" NOT NULL REFERENCES tapefold.app_user ON DELETE CASCADE,
    issued_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX refresh_token_family ON tapefold.refresh_token (family);
CREATE INDEX refresh_token_user ON tapefold.refresh_token (user_id);
CREATE INDEX refresh_token_expiry ON tapefold.refresh_token (expires_at);

-- One-use tickets for streams, hashed. token_expires_at: when what they stand for ends.
CREATE TABLE tapefold.stream_ticket (
    ticket_hash bytea PRIMARY KEY,
    user_id text COLLATE "C" NOT NULL,
    roles text[] NOT NULL,
    token_expires_at timestamptz,
    expires_at timestamptz NOT NULL
);
CREATE INDEX stream_ticket_expiry ON tapefold.stream_ticket (expires_at);

-- What an Idempotency-Key stood for: the same key with another body is refused.
CREATE TABLE tapefold.command (
    user_id text COLLATE "C" NOT NULL,
    idempotency_key text COLLATE "C" NOT NULL,
    request_hash bytea NOT NULL,
    event_id text COLLATE "C" NOT NULL,
    event_time timestamptz NOT NULL,
    answer text,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, idempotency_key)
);
CREATE INDEX command_created ON tapefold.command (created_at);
