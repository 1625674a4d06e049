-- What an Update or a Delete is about: an older Update of it that still waits is superseded.
ALTER TABLE activities ADD COLUMN object TEXT;
CREATE INDEX activities_by_object ON activities (object, actor_id);

-- How often an inbox denied this in a row, since when, and until when its host asked us to wait.
ALTER TABLE deliveries ADD COLUMN denials INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN denied_at BIGINT;
ALTER TABLE deliveries ADD COLUMN wished_until BIGINT;
CREATE INDEX deliveries_denied ON deliveries (denied_at, inbox);
