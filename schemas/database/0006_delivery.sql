-- Notifications that leave the system. Known to no build: a replay or a rollback finds them here and sends nothing.
CREATE TABLE tapefold.delivery (
    user_id text COLLATE "C" NOT NULL,
    notification_id text COLLATE "C" NOT NULL,
    channel text NOT NULL,
    priority smallint NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'failed')),
    -- Attempts begun: one that ended without a word counts.
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL,
    noted_at timestamptz NOT NULL,
    -- Who has it in hand, and until when nobody else may.
    lease_owner text,
    lease_until timestamptz,
    -- Why the last attempt did not succeed.
    reason text,
    finished_at timestamptz,
    -- Its outcome is an event on notifications.updated.
    reported boolean NOT NULL DEFAULT false,
    PRIMARY KEY (user_id, notification_id),
    CHECK ((state = 'waiting') = (finished_at IS NULL)),
    CHECK ((lease_owner IS NULL) = (lease_until IS NULL))
);
CREATE INDEX delivery_due ON tapefold.delivery (priority DESC, next_attempt_at) WHERE state = 'waiting';
CREATE INDEX delivery_unreported ON tapefold.delivery (finished_at) WHERE state <> 'waiting' AND NOT reported;
CREATE INDEX delivery_over ON tapefold.delivery (finished_at) WHERE reported;
