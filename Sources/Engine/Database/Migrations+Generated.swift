// Made by scripts/embed-migrations.sh from schemas/database; do not edit.
// swift-format-ignore-file

import Postgres

extension Migrations {
    /// All migrations, in order.
    public static let all: [Migration] = [
        Migration(
            number: 1, name: "control",
            sql: #"""
CREATE SCHEMA IF NOT EXISTS tapefold;
CREATE SCHEMA IF NOT EXISTS api;

CREATE TABLE tapefold.build (
    view text COLLATE "C" NOT NULL,
    build text COLLATE "C" NOT NULL,
    fold integer NOT NULL,
    number integer NOT NULL,
    schema_name text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL CHECK (status IN ('building', 'live', 'retired', 'scratch')),
    lanes integer NOT NULL CHECK (lanes > 0),
    indexed boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    live_at timestamptz,
    PRIMARY KEY (view, build)
);
CREATE UNIQUE INDEX build_one_live ON tapefold.build (view) WHERE status = 'live';

-- Rows here are rewritten with every batch: room for updates in place keeps them on their page.
CREATE TABLE tapefold.lane (
    view text COLLATE "C" NOT NULL,
    build text COLLATE "C" NOT NULL,
    lane integer NOT NULL,
    owner text COLLATE "C",
    owner_epoch bigint NOT NULL DEFAULT 0,
    live boolean NOT NULL DEFAULT false,
    claimed_at timestamptz,
    PRIMARY KEY (view, build, lane),
    FOREIGN KEY (view, build) REFERENCES tapefold.build ON DELETE CASCADE
) WITH (fillfactor = 20);

CREATE TABLE tapefold.checkpoint (
    view text COLLATE "C" NOT NULL,
    build text COLLATE "C" NOT NULL,
    lane integer NOT NULL,
    topic text COLLATE "C" NOT NULL,
    next_offset bigint NOT NULL,
    PRIMARY KEY (view, build, lane, topic),
    FOREIGN KEY (view, build) REFERENCES tapefold.build ON DELETE CASCADE
) WITH (fillfactor = 20);

CREATE TABLE tapefold.parked_event (
    view text COLLATE "C" NOT NULL,
    build text COLLATE "C" NOT NULL,
    lane integer NOT NULL,
    topic text COLLATE "C" NOT NULL,
    log_offset bigint NOT NULL,
    parking_key text COLLATE "C",
    code text NOT NULL,
    reason text NOT NULL,
    event_time timestamptz,
    record_key bytea,
    record_value bytea,
    record_headers jsonb NOT NULL DEFAULT '[]',
    parked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (view, build, lane, topic, log_offset),
    FOREIGN KEY (view, build) REFERENCES tapefold.build ON DELETE CASCADE
);
CREATE INDEX parked_event_key ON tapefold.parked_event (view, build, lane, parking_key);

-- The first statement of every batch: raises unless the caller still owns the lane and nobody moved its offsets, so
-- that the COMMIT of a worker that lost the lane cannot pass.
CREATE FUNCTION tapefold.advance(
    p_view text, p_build text, p_lane integer, p_epoch bigint, p_topics text[], p_expected bigint[], p_next bigint[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_epoch bigint;
    v_moved integer;
BEGIN
    SELECT owner_epoch INTO v_epoch FROM tapefold.lane
    WHERE view = p_view AND build = p_build AND lane = p_lane FOR UPDATE;
    IF v_epoch IS DISTINCT FROM p_epoch THEN
        RAISE EXCEPTION 'lane % of % % belongs to epoch %, not %', p_lane, p_view, p_build, v_epoch, p_epoch
            USING ERRCODE = 'TF001';
    END IF;
    UPDATE tapefold.checkpoint c SET next_offset = n.next
    FROM unnest(p_topics, p_expected, p_next) AS n(topic, expected, next)
    WHERE c.view = p_view AND c.build = p_build AND c.lane = p_lane AND c.topic = n.topic COLLATE "C"
        AND c.next_offset = n.expected;
    GET DIAGNOSTICS v_moved = ROW_COUNT;
    IF v_moved <> cardinality(p_topics) THEN
        RAISE EXCEPTION 'lane % of % % is not at the offsets expected', p_lane, p_view, p_build
            USING ERRCODE = 'TF002';
    END IF;
END $$;

CREATE FUNCTION tapefold.integer_at(p_bytes bytea, p_at integer) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ('x' || encode(substring(p_bytes FROM p_at + 1 FOR 8), 'hex'))::bit(64)::bigint
$$;

-- 128 bits, high half first.
CREATE FUNCTION tapefold.wide_integer_at(p_bytes bytea, p_at integer) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT tapefold.integer_at(p_bytes, p_at) * 18446744073709551616::numeric
        + CASE WHEN tapefold.integer_at(p_bytes, p_at + 8) < 0
               THEN tapefold.integer_at(p_bytes, p_at + 8) + 18446744073709551616::numeric
               ELSE tapefold.integer_at(p_bytes, p_at + 8) END
$$;

-- A book's open lots, packed as Sources/Projections/Positions/LotCodec.swift says.
CREATE FUNCTION tapefold.unpack_lots(p_lots bytea)
RETURNS TABLE (
    trade_id text, opened_at timestamptz, quantity numeric(38, 8), price numeric(38, 8), fees numeric(38, 8),
    multiplier numeric(38, 8)
) LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    v_at integer := 0;
    v_id_length integer;
BEGIN
    WHILE v_at < length(p_lots) LOOP
        v_id_length := get_byte(p_lots, v_at) * 256 + get_byte(p_lots, v_at + 1);
        trade_id := convert_from(substring(p_lots FROM v_at + 3 FOR v_id_length), 'UTF8');
        v_at := v_at + 2 + v_id_length;
        opened_at := timestamptz 'epoch' + tapefold.integer_at(p_lots, v_at) * interval '1 microsecond';
        quantity := tapefold.integer_at(p_lots, v_at + 8) * 0.00000001;
        price := tapefold.integer_at(p_lots, v_at + 16) * 0.00000001;
        multiplier := tapefold.integer_at(p_lots, v_at + 24) * 0.00000001;
        fees := tapefold.wide_integer_at(p_lots, v_at + 32) * 0.00000001;
        v_at := v_at + 72;
        RETURN NEXT;
    END LOOP;
END $$;
"""# + "\n"),
        Migration(
            number: 2, name: "outbox",
            sql: #"""
-- What folds gave rise to, until the broker has it. Independent of builds: no build emits twice what another emitted.
CREATE TABLE tapefold.outbox (
    view text COLLATE "C" NOT NULL,
    lane integer NOT NULL,
    seq bigint NOT NULL,
    topic text COLLATE "C" NOT NULL,
    partition integer NOT NULL,
    record_key bytea NOT NULL,
    record_value bytea NOT NULL,
    PRIMARY KEY (view, lane, seq)
);

-- The number that a lane's next effect gets.
CREATE TABLE tapefold.outbox_lane (
    view text COLLATE "C" NOT NULL,
    lane integer NOT NULL,
    next_seq bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (view, lane)
) WITH (fillfactor = 20);

-- No build emits effects of events below the mark, but for those owed.
CREATE TABLE tapefold.effect_mark (
    view text COLLATE "C" NOT NULL,
    topic text COLLATE "C" NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    PRIMARY KEY (view, topic, partition)
) WITH (fillfactor = 20);

-- Events below the mark that were parked: what they give rise to is owed until they fold or are dropped.
CREATE TABLE tapefold.effect_debt (
    view text COLLATE "C" NOT NULL,
    topic text COLLATE "C" NOT NULL,
    partition integer NOT NULL,
    log_offset bigint NOT NULL,
    PRIMARY KEY (view, topic, partition, log_offset)
);
"""# + "\n"),
        Migration(
            number: 3, name: "operations",
            sql: #"""
-- Lanes that an operator wants to stand still. Of views, not of builds: a pause outlives a swap of builds and a restart.
CREATE TABLE tapefold.pause (
    view text COLLATE "C" NOT NULL,
    -- -1: every lane of the view.
    lane integer NOT NULL CHECK (lane >= -1),
    paused_by text NOT NULL,
    reason text NOT NULL DEFAULT '',
    paused_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (view, lane)
);

-- Topics that got more partitions, with the history to move for it. Not finished: the topic is half moved.
CREATE TABLE tapefold.repartition (
    topic text COLLATE "C" PRIMARY KEY,
    old_count integer NOT NULL CHECK (old_count > 0),
    new_count integer NOT NULL CHECK (new_count > old_count),
    -- By old partition, the end of its history when the topic grew.
    ends bigint[] NOT NULL,
    -- By new partition, its end when all of that history was there.
    new_ends bigint[],
    started_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
);
"""# + "\n"),
        Migration(
            number: 4, name: "parking",
            sql: #"""
-- In the order in which they were parked, which per key is the order they are folded in when they are tried again.
ALTER TABLE tapefold.parked_event
    ADD COLUMN park_order bigint GENERATED ALWAYS AS IDENTITY,
    -- The record's own time: that of an event that names none.
    ADD COLUMN record_time timestamptz,
    -- When its copy on the dead-letter topic was acknowledged.
    ADD COLUMN copied_at timestamptz;
DROP INDEX tapefold.parked_event_key;
CREATE INDEX parked_event_key ON tapefold.parked_event (view, build, lane, parking_key, park_order);
CREATE INDEX parked_event_order ON tapefold.parked_event (view, build, lane, park_order);
CREATE INDEX parked_event_uncopied ON tapefold.parked_event (view, build, lane, park_order) WHERE copied_at IS NULL;

-- What operators ask of a lane. Its owner does it, so that one writer folds, and answers in the same row.
CREATE TABLE tapefold.parking_request (
    request bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    view text COLLATE "C" NOT NULL,
    lane integer NOT NULL,
    -- reload: read the decisions again.
    action text COLLATE "C" NOT NULL CHECK (action IN ('retry', 'drop', 'reload')),
    parking_key text COLLATE "C",
    -- The event that a drop names, and one without a key.
    topic text COLLATE "C",
    log_offset bigint,
    -- A drop takes the key's events up to this one along.
    through_order bigint,
    requested_by text NOT NULL,
    note text,
    requested_at timestamptz NOT NULL DEFAULT now(),
    folded bigint NOT NULL DEFAULT 0,
    dropped bigint NOT NULL DEFAULT 0,
    -- Events still parked under the key, and why the first of them is.
    remaining bigint,
    code text,
    reason text,
    finished_at timestamptz
);
CREATE INDEX parking_request_open ON tapefold.parking_request (view, lane, request) WHERE finished_at IS NULL;
CREATE INDEX parking_request_finished ON tapefold.parking_request (finished_at) WHERE finished_at IS NOT NULL;

-- Events that no build of the view folds, whatever its fold would say of them. For ever.
CREATE TABLE tapefold.decision (
    view text COLLATE "C" NOT NULL,
    topic text COLLATE "C" NOT NULL,
    partition integer NOT NULL,
    log_offset bigint NOT NULL,
    code text NOT NULL,
    reason text NOT NULL,
    event_source text,
    event_id text,
    -- XXH3-128 of the record's value, so that another record at that place is folded; null: whatever lies there.
    record_hash bytea,
    decided_by text NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT now(),
    note text,
    PRIMARY KEY (view, partition, topic, log_offset)
);
"""# + "\n"),
        Migration(
            number: 5, name: "builds",
            sql: #"""
-- Builds that wait to go live, and named copies of a view as some part of its log makes it.
ALTER TABLE tapefold.build DROP CONSTRAINT build_status_check;
ALTER TABLE tapefold.build
    ADD CONSTRAINT build_status_check
        CHECK (status IN ('building', 'ready', 'live', 'retired', 'scratch', 'copying', 'copy')),
    ADD COLUMN retired_at timestamptz,
    ADD COLUMN copy_name text COLLATE "C",
    ADD COLUMN as_of timestamptz,
    ADD COLUMN as_of_offsets text COLLATE "C",
    ADD CONSTRAINT build_is_copy CHECK ((status IN ('copying', 'copy')) = (copy_name IS NOT NULL)),
    ADD CONSTRAINT build_copy_cut CHECK (copy_name IS NULL OR num_nonnulls(as_of, as_of_offsets) = 1);
CREATE UNIQUE INDEX build_copy_name ON tapefold.build (copy_name);

-- Where the log no longer begins at its beginning: a build's rows of days before first_day were taken over from the
-- build that was live, which had folded the topic up to next_offset then.
CREATE TABLE tapefold.carried (
    view text COLLATE "C" NOT NULL,
    build text COLLATE "C" NOT NULL,
    lane integer NOT NULL,
    topic text COLLATE "C" NOT NULL,
    first_day date NOT NULL,
    next_offset bigint NOT NULL,
    PRIMARY KEY (view, build, lane, topic),
    FOREIGN KEY (view, build) REFERENCES tapefold.build ON DELETE CASCADE
);

-- For people: rows of a live view that no log holds any more lie before this day.
CREATE VIEW api.carried_history AS
    SELECT c.view, c.build, max(c.first_day) AS before_day
    FROM tapefold.carried c JOIN tapefold.build b USING (view, build)
    WHERE b.status = 'live' GROUP BY c.view, c.build;
"""# + "\n"),
        Migration(
            number: 6, name: "delivery",
            sql: #"""
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
"""# + "\n"),
        Migration(
            number: 7, name: "retention",
            sql: #"""
-- What retention dropped of a view: in no build are rows of a table of days before first_day compared or kept.
CREATE TABLE tapefold.retained (
    view text COLLATE "C" NOT NULL,
    table_name text COLLATE "C" NOT NULL,
    first_day date NOT NULL,
    PRIMARY KEY (view, table_name)
);

-- Gives rows of a stretch of time a partition of their own. False where that can't be had now: the table is not partitioned, has too
-- many, a reader holds it, or the rest holds such rows already. They go to the rest then, and nothing is lost.
-- Made apart and attached, as that locks nobody out who reads or writes other partitions.
CREATE FUNCTION tapefold.add_partition(
    build_schema text, parent text, suffix text, lower_end timestamptz, upper_end timestamptz, storage text, most integer
) RETURNS boolean LANGUAGE plpgsql SET lock_timeout = '500ms' AS $$
DECLARE
    whole regclass := to_regclass(format('%I.%I', build_schema, parent));
    part text := parent || '_' || suffix;
BEGIN
    IF (SELECT relkind FROM pg_class WHERE oid = whole) IS DISTINCT FROM 'p' THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('tapefold.partition.' || build_schema || '.' || parent, 0));
    IF to_regclass(format('%I.%I', build_schema, part)) IS NOT NULL THEN
        RETURN true;
    END IF;
    IF (SELECT count(*) FROM pg_inherits WHERE inhparent = whole) >= most THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I.%I (LIKE %s INCLUDING ALL) %s', build_schema, part, whole, storage);
    EXECUTE format(
        'ALTER TABLE %s ATTACH PARTITION %I.%I FOR VALUES FROM (%L) TO (%L)', whole, build_schema, part, lower_end, upper_end);
    RETURN true;
EXCEPTION
    WHEN lock_not_available OR check_violation OR duplicate_table OR deadlock_detected THEN
        RETURN false;
END $$;
"""# + "\n"),
        Migration(
            number: 8, name: "api",
            sql: #"""
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
"""# + "\n"),
        Migration(
            number: 9, name: "view_change",
            sql: #"""
-- Whose rows a transaction of a view changed, for live streams: one row a batch that changed any user's. Written behind
-- the lane's fence, whose lock makes a lane's seq rise in the order of its commits. Kept for an hour by the lane's owner.
CREATE TABLE tapefold.change_batch (
    view text COLLATE "C" NOT NULL,
    lane integer NOT NULL,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    changed_at timestamptz NOT NULL DEFAULT now(),
    user_ids text[] COLLATE "C" NOT NULL,
    PRIMARY KEY (view, lane, seq)
);

-- The same by user.
CREATE VIEW tapefold.view_change AS
    SELECT c.view, c.lane, c.seq, u.user_id, c.changed_at
    FROM tapefold.change_batch c CROSS JOIN LATERAL unnest(c.user_ids) AS u(user_id);
"""# + "\n"),
        Migration(
            number: 10, name: "owed_copy",
            sql: #"""
-- Events that left the parking lot before their copy on the dead-letter topic was acknowledged. The copy is still owed;
-- a row leaves with its acknowledgement. Apart from builds: what is owed outlives the build that parked it.
CREATE TABLE tapefold.owed_copy (
    view text COLLATE "C" NOT NULL,
    lane integer NOT NULL,
    topic text COLLATE "C" NOT NULL,
    log_offset bigint NOT NULL,
    park_order bigint NOT NULL,
    parking_key text COLLATE "C",
    code text NOT NULL,
    reason text NOT NULL,
    record_key bytea,
    record_value bytea,
    record_headers jsonb NOT NULL,
    record_time timestamptz,
    PRIMARY KEY (view, lane, topic, log_offset)
);
CREATE INDEX owed_copy_order ON tapefold.owed_copy (view, lane, park_order);
"""# + "\n"),
        Migration(
            number: 11, name: "api_command_age",
            sql: #"""
-- Keys of clients are forgotten by their age with every command; identities, which are kept for long, are none of that
-- statement's business.
DROP INDEX tapefold.command_created;
CREATE INDEX command_created ON tapefold.command (created_at) WHERE idempotency_key LIKE 'key:%';
"""# + "\n"),
        Migration(
            number: 12, name: "heeded_decision",
            sql: #"""
-- Decisions that a build is known to obey: made before it began, or about events that it had not come to or had parked. One that
-- is not here and lies before the build's checkpoint came too late: the build has folded the event.
CREATE TABLE tapefold.heeded_decision (
    view text COLLATE "C" NOT NULL,
    build text COLLATE "C" NOT NULL,
    partition integer NOT NULL,
    topic text COLLATE "C" NOT NULL,
    log_offset bigint NOT NULL,
    PRIMARY KEY (view, build, partition, topic, log_offset),
    FOREIGN KEY (view, build) REFERENCES tapefold.build ON DELETE CASCADE
);
INSERT INTO tapefold.heeded_decision (view, build, partition, topic, log_offset)
SELECT b.view, b.build, d.partition, d.topic, d.log_offset FROM tapefold.build b JOIN tapefold.decision d USING (view);
"""# + "\n"),
        Migration(
            number: 13, name: "unpack_lots",
            sql: #"""
-- As before, but of a copy: a large value is stored compressed, and each look at a byte of it unpacked all of it again.
CREATE OR REPLACE FUNCTION tapefold.unpack_lots(p_lots bytea)
RETURNS TABLE (
    trade_id text, opened_at timestamptz, quantity numeric(38, 8), price numeric(38, 8), fees numeric(38, 8),
    multiplier numeric(38, 8)
) LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    v_lots bytea := p_lots || ''::bytea;
    v_end integer := length(p_lots);
    v_at integer := 0;
    v_id_length integer;
BEGIN
    WHILE v_at < v_end LOOP
        v_id_length := get_byte(v_lots, v_at) * 256 + get_byte(v_lots, v_at + 1);
        trade_id := convert_from(substring(v_lots FROM v_at + 3 FOR v_id_length), 'UTF8');
        v_at := v_at + 2 + v_id_length;
        opened_at := timestamptz 'epoch' + tapefold.integer_at(v_lots, v_at) * interval '1 microsecond';
        quantity := tapefold.integer_at(v_lots, v_at + 8) * 0.00000001;
        price := tapefold.integer_at(v_lots, v_at + 16) * 0.00000001;
        multiplier := tapefold.integer_at(v_lots, v_at + 24) * 0.00000001;
        fees := tapefold.wide_integer_at(v_lots, v_at + 32) * 0.00000001;
        v_at := v_at + 72;
        RETURN NEXT;
    END LOOP;
END $$;
"""# + "\n"),
    ]
}
