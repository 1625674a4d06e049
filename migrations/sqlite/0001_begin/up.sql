-- Everything the first release keeps. Instants are milliseconds since 1970, UTC (decision 0004).

CREATE TABLE actors (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uri TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    handle TEXT NOT NULL,
    host TEXT NOT NULL,
    local BOOLEAN NOT NULL,
    name TEXT NOT NULL,
    summary TEXT NOT NULL,
    page TEXT NOT NULL,
    inbox TEXT NOT NULL,
    shared_inbox TEXT,
    outbox TEXT,
    key_uri TEXT NOT NULL,
    public_key TEXT NOT NULL,
    picture_url TEXT,
    picture_description TEXT,
    parent TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    fetched_at BIGINT NOT NULL,
    gone_at BIGINT
);
CREATE UNIQUE INDEX actors_of_ours ON actors (handle) WHERE local;
CREATE INDEX actors_by_address ON actors (handle, host);
CREATE INDEX actors_by_kind ON actors (kind, local, name);

-- Private keys stand apart, so that reading an actor never brings one along.
CREATE TABLE keys (
    actor_id BIGINT NOT NULL PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
    private_key TEXT NOT NULL
);

CREATE TABLE labs (
    actor_id BIGINT NOT NULL PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    description TEXT NOT NULL
);

CREATE TABLE members (
    actor_id BIGINT NOT NULL PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
    password_hash TEXT NOT NULL,
    administrator BOOLEAN NOT NULL
);

CREATE TABLE memberships (
    member_id BIGINT NOT NULL REFERENCES members (actor_id) ON DELETE CASCADE,
    lab_id BIGINT NOT NULL REFERENCES labs (actor_id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (member_id, lab_id)
);

-- Only the hash of a session's secret is kept.
CREATE TABLE sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    member_id BIGINT NOT NULL REFERENCES members (actor_id) ON DELETE CASCADE,
    form_token TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE shares (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id TEXT NOT NULL UNIQUE,
    uri TEXT NOT NULL UNIQUE,
    page TEXT NOT NULL,
    lab_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    author_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    local BOOLEAN NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    body TEXT NOT NULL,
    content TEXT NOT NULL,
    language TEXT NOT NULL,
    licence TEXT,
    outcome TEXT,
    form TEXT NOT NULL,
    tags TEXT NOT NULL,
    mentions TEXT NOT NULL,
    picture_url TEXT,
    picture_description TEXT,
    published_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    revision INTEGER NOT NULL
);
CREATE INDEX shares_of_lab ON shares (lab_id, published_at);
CREATE INDEX shares_newest ON shares (published_at);
CREATE INDEX shares_of_author ON shares (author_id, published_at);

CREATE TABLE share_tags (
    share_id BIGINT NOT NULL REFERENCES shares (id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (share_id, tag)
);
CREATE INDEX share_tags_by_tag ON share_tags (tag);

CREATE TABLE replies (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uri TEXT NOT NULL UNIQUE,
    share_id BIGINT NOT NULL REFERENCES shares (id) ON DELETE CASCADE,
    in_reply_to TEXT NOT NULL,
    author_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    page TEXT NOT NULL,
    content TEXT NOT NULL,
    language TEXT,
    published_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX replies_to_share ON replies (share_id, published_at);

CREATE TABLE reactions (
    share_id BIGINT NOT NULL REFERENCES shares (id) ON DELETE CASCADE,
    actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    uri TEXT NOT NULL,
    PRIMARY KEY (share_id, actor_id, kind)
);
CREATE INDEX reactions_by_uri ON reactions (uri);

CREATE TABLE follows (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    follower_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    followee_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    uri TEXT NOT NULL,
    state TEXT NOT NULL,
    since BIGINT NOT NULL,
    UNIQUE (follower_id, followee_id)
);
CREATE INDEX follows_of_followee ON follows (followee_id, state);
CREATE INDEX follows_by_uri ON follows (uri);

-- Every activity that had its effect, so that it has it once; the row commits with the effect.
CREATE TABLE received (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uri TEXT NOT NULL UNIQUE,
    actor_id BIGINT NOT NULL,
    body TEXT,
    received_at BIGINT NOT NULL
);

-- What was withdrawn or deleted, here or elsewhere; it can never come back under the same id.
CREATE TABLE tombstones (
    uri TEXT NOT NULL PRIMARY KEY,
    former_type TEXT NOT NULL,
    deleted_at BIGINT NOT NULL
);

-- What we said, byte for byte as it is sent at each try.
CREATE TABLE activities (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uri TEXT NOT NULL UNIQUE,
    actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    body TEXT NOT NULL,
    public BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    activity_id BIGINT NOT NULL REFERENCES activities (id) ON DELETE CASCADE,
    inbox TEXT NOT NULL,
    host TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_at BIGINT NOT NULL,
    lease BIGINT,
    lease_until BIGINT,
    last_error TEXT,
    created_at BIGINT NOT NULL,
    UNIQUE (activity_id, inbox)
);
CREATE INDEX deliveries_due ON deliveries (state, due_at);
CREATE INDEX deliveries_of_host ON deliveries (host, state, id);

-- Changes waiting to become activities.
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    change TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_at BIGINT NOT NULL,
    lease BIGINT,
    lease_until BIGINT,
    last_error TEXT,
    parked BOOLEAN NOT NULL
);
CREATE INDEX jobs_due ON jobs (parked, due_at);
