DROP INDEX received_kept;
ALTER TABLE profiles DROP COLUMN known_as;
ALTER TABLE profiles DROP COLUMN moved_to;
ALTER TABLE labs DROP COLUMN listed;
DROP TABLE suggestions;
DROP TABLE listings;
DROP TABLE peers;
