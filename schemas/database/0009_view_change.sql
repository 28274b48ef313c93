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
