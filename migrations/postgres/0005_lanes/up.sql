-- What waits for one host is a lane: it is leased, rests and is tried as one (decision 0008). What an inbox denies, or what alone
-- fails at a host that is well, stands apart in a lane of its own. `gone_until`: this inbox said that it is gone.
CREATE TABLE lanes (
    name TEXT NOT NULL PRIMARY KEY,
    host TEXT NOT NULL,
    due_at BIGINT,
    failures INTEGER NOT NULL,
    denials INTEGER NOT NULL,
    denied_at BIGINT,
    wished_until BIGINT,
    gone_until BIGINT,
    lease BIGINT,
    lease_until BIGINT
);
CREATE INDEX lanes_due ON lanes (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX lanes_of_host ON lanes (host);

DROP INDEX deliveries_due;
DROP INDEX deliveries_of_host;
DROP INDEX deliveries_denied;
ALTER TABLE deliveries ADD COLUMN lane TEXT NOT NULL DEFAULT '';
ALTER TABLE deliveries ADD COLUMN ended_at BIGINT;
UPDATE deliveries SET lane = host;
UPDATE deliveries SET ended_at = due_at WHERE state <> 'waiting';
INSERT INTO lanes (name, host, due_at, failures, denials)
    SELECT host, host, MAX(due_at), MAX(attempts), 0 FROM deliveries WHERE ended_at IS NULL GROUP BY host;
ALTER TABLE deliveries DROP COLUMN due_at;
ALTER TABLE deliveries DROP COLUMN lease;
ALTER TABLE deliveries DROP COLUMN lease_until;
ALTER TABLE deliveries DROP COLUMN denials;
ALTER TABLE deliveries DROP COLUMN denied_at;
ALTER TABLE deliveries DROP COLUMN wished_until;
CREATE INDEX deliveries_waiting ON deliveries (lane, id) WHERE ended_at IS NULL;
CREATE INDEX deliveries_ended ON deliveries (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX deliveries_by_state ON deliveries (state, id);

-- Everything is about something, and stays in order with what else is about it; only some of it replaces what went before.
ALTER TABLE activities ADD COLUMN replaces BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE activities SET replaces = TRUE WHERE object IS NOT NULL;
UPDATE activities SET object = COALESCE(
    body::jsonb #>> '{object,object,id}', body::jsonb #>> '{object,id}', body::jsonb #>> '{object}', uri
) WHERE object IS NULL;
