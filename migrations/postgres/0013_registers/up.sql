-- The imported register of organisations and their domains (decision 0013): the file, whom it names, and the names it lists for them.
-- `key` is a name from the right (nl.overheid.www), so that what lies below a name is one range.
CREATE TABLE registers (
    id BIGINT NOT NULL PRIMARY KEY,
    source TEXT NOT NULL,
    dated TEXT NOT NULL,
    imported_at BIGINT NOT NULL,
    organisations BIGINT NOT NULL,
    names BIGINT NOT NULL,
    left_out TEXT NOT NULL
);

CREATE TABLE registrants (
    id BIGINT NOT NULL PRIMARY KEY,
    register_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    tooi TEXT,
    kind TEXT
);

CREATE TABLE registered_names (
    key TEXT COLLATE "C" NOT NULL,
    registrant_id BIGINT NOT NULL REFERENCES registrants (id) ON DELETE CASCADE,
    covers BOOLEAN NOT NULL,
    PRIMARY KEY (key, registrant_id)
);
CREATE INDEX registered_names_of ON registered_names (registrant_id);

-- What the register says of the hosts that we know: whose they are, or why they get no mark.
CREATE TABLE marks (
    host TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    registrant_id BIGINT REFERENCES registrants (id) ON DELETE CASCADE,
    reason TEXT
);
CREATE INDEX marks_of ON marks (registrant_id);
