-- The index of words is asked which documents have a word, and then only their numbers are read, to find the newest (decision 0009). So
-- words of any length are kept beside the rows: the numbers of a hundred thousand documents then fill six megabytes. They are kept
-- unpacked, for those few whose words are read.
ALTER TABLE search_index ALTER COLUMN words SET STORAGE EXTERNAL;
ALTER TABLE search_index SET (toast_tuple_target = 128);
ALTER TABLE search_index ALTER COLUMN words TYPE TSVECTOR USING (words::text)::tsvector;
