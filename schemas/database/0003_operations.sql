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
