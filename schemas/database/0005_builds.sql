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
