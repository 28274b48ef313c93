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
