-- Keys of clients are forgotten by their age with every command; identities, which are kept for long, are none of that
-- statement's business.
DROP INDEX tapefold.command_created;
CREATE INDEX command_created ON tapefold.command (created_at) WHERE idempotency_key LIKE 'key:%';
