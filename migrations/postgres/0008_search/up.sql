-- What can be found (decision 0009): one row for each lab and share, numbered by when it began, with what decides its place.
-- It goes with what it is about, and its words go with it.
CREATE TABLE search_documents (
    id BIGINT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    fingerprint BIGINT NOT NULL,
    share_id BIGINT UNIQUE REFERENCES shares (id) ON DELETE CASCADE,
    actor_id BIGINT UNIQUE REFERENCES actors (id) ON DELETE CASCADE,
    thing TEXT NOT NULL,
    kind TEXT NOT NULL,
    outcome TEXT NOT NULL,
    language TEXT NOT NULL,
    host TEXT NOT NULL,
    title TEXT NOT NULL,
    lead TEXT NOT NULL
);

-- The words are folded and stemmed before they come here, so no configuration of text search is asked.
CREATE TABLE search_index (
    id BIGINT NOT NULL PRIMARY KEY REFERENCES search_documents (id) ON DELETE CASCADE,
    words TSVECTOR NOT NULL
);
-- What was added last is looked through whole, so little of it is let wait.
CREATE INDEX search_index_by_word ON search_index USING gin (words) WITH (gin_pending_list_limit = 256);
