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

-- The words are folded and stemmed before they come here, so they are only parted at spaces.
CREATE VIRTUAL TABLE search_index USING fts5 (
    words, marks, content = '', contentless_delete = 1, tokenize = "ascii tokenchars '_'"
);
CREATE TRIGGER search_documents_gone AFTER DELETE ON search_documents BEGIN
    DELETE FROM search_index WHERE rowid = old.id;
END;
