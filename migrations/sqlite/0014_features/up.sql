-- Collections that the organisation shows of labs (decision 0014): its own, or those that work on a theme. `shown`:
-- with how many labs others know it, -1 where they do not know it yet.
CREATE TABLE featured_collections (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    word TEXT NOT NULL UNIQUE,
    theme_id BIGINT REFERENCES themes (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    shown INTEGER NOT NULL
);

-- The labs in them, asked, with their consent or without; `stamp` is where it can be read.
CREATE TABLE featured_items (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    collection_id BIGINT NOT NULL REFERENCES featured_collections (id) ON DELETE CASCADE,
    lab_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    consent TEXT NOT NULL,
    stamp TEXT,
    since BIGINT NOT NULL,
    UNIQUE (collection_id, lab_id)
);
CREATE INDEX featured_items_of_lab ON featured_items (lab_id);

-- Consent of labs of ours to be in a collection, anybody's. One that was withdrawn stays, so that it is not given again.
CREATE TABLE feature_stamps (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    lab_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    collection TEXT NOT NULL,
    owner_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    request TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    withdrawn_at BIGINT,
    UNIQUE (lab_id, collection)
);
CREATE INDEX feature_stamps_of_owner ON feature_stamps (owner_id);
