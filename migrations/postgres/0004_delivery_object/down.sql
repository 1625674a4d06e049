DROP INDEX deliveries_denied;
ALTER TABLE deliveries DROP COLUMN wished_until;
ALTER TABLE deliveries DROP COLUMN denied_at;
ALTER TABLE deliveries DROP COLUMN denials;
DROP INDEX activities_by_object;
ALTER TABLE activities DROP COLUMN object;
