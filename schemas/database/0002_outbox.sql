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
