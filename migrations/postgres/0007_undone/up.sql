-- What an Undo needs to know of what it undoes, whichever comes first: the signature that an activity had its effect by, and the
-- id of what ended that effect again (its own where it was undone, another's where that took its place).
ALTER TABLE received ADD COLUMN proof TEXT;
ALTER TABLE received ADD COLUMN undone TEXT;
CREATE INDEX received_undone ON received (undone) WHERE undone IS NOT NULL;
