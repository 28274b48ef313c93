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
