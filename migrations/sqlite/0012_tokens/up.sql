-- With what scripts publish for a member (decision 0012): of each secret only its SHA-256.
CREATE TABLE tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash TEXT NOT NULL UNIQUE,
    member_id BIGINT NOT NULL REFERENCES members (actor_id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_on TEXT,
    revoked_at BIGINT
);
CREATE INDEX tokens_of_member ON tokens (member_id);

-- What was answered to a request that named itself, for a day: whoever asks again gets the same.
CREATE TABLE answers (
    token_id BIGINT NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    request TEXT NOT NULL,
    place TEXT NOT NULL,
    body TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (token_id, name)
);
CREATE INDEX answers_by_age ON answers (at);
