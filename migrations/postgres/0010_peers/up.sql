-- The instances that we know (decision 0011), by their host. `connected_at`: since when an administrator here wants their directory;
-- `failing_since`: since when nothing there answers.
CREATE TABLE peers (
    host TEXT NOT NULL PRIMARY KEY,
    organisation_id BIGINT REFERENCES actors (id) ON DELETE SET NULL,
    directory TEXT,
    software TEXT NOT NULL,
    version TEXT NOT NULL,
    policy TEXT NOT NULL,
    known_since BIGINT NOT NULL,
    connected_at BIGINT,
    contacted_at BIGINT,
    failing_since BIGINT,
    labs_told BIGINT,
    round_at BIGINT,
    read_at BIGINT,
    problem TEXT
);
CREATE INDEX peers_of_organisation ON peers (organisation_id);
CREATE INDEX peers_silent ON peers (failing_since) WHERE failing_since IS NOT NULL;

-- Labs elsewhere that are in the directory here: confirmed by their organisation and themselves, or put there by an administrator.
CREATE TABLE listings (
    lab_id BIGINT NOT NULL PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
    organisation_id BIGINT REFERENCES actors (id) ON DELETE CASCADE,
    hidden BOOLEAN NOT NULL,
    since BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX listings_of_organisation ON listings (organisation_id, seen_at);

-- Organisations that those we know know, by whom.
CREATE TABLE suggestions (
    organisation TEXT NOT NULL,
    named_by BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    PRIMARY KEY (organisation, named_by)
);

-- Whether a lab of ours is in our own directory.
ALTER TABLE labs ADD COLUMN listed BOOLEAN NOT NULL DEFAULT TRUE;

-- Where a lab went, with its followers, and under which ids it was known before.
ALTER TABLE profiles ADD COLUMN moved_to TEXT;
ALTER TABLE profiles ADD COLUMN known_as TEXT NOT NULL DEFAULT '';

-- Of others, the directory has whom an organisation lists, an administrator chose, or somebody here follows.
UPDATE profiles SET listed = FALSE WHERE NOT local AND NOT EXISTS (
    SELECT 1 FROM follows JOIN actors ON actors.id = follows.follower_id
    WHERE follows.followee_id = profiles.actor_id AND follows.state = 'accepted' AND actors.local
);

-- What an actor that departed had sent is forgotten with it.
CREATE INDEX received_kept ON received (actor_id) WHERE body IS NOT NULL;
