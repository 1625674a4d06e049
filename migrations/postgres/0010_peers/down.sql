DROP INDEX received_kept;
ALTER TABLE labs DROP COLUMN listed;
DROP TABLE suggestions;
DROP TABLE listings;
DROP TABLE peers;
