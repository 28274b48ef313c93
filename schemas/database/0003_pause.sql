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
