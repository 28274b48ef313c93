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
