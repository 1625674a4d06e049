-- What is read at other hosts in the background (decision 0007). A row is due again, or it is gone.
CREATE TABLE readings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    url TEXT NOT NULL,
    host TEXT NOT NULL,
    actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    share_id BIGINT REFERENCES shares (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    etag TEXT,
    last_modified TEXT,
    times INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    due_at BIGINT NOT NULL,
    lease BIGINT,
    read_at BIGINT,
    last_error TEXT,
    UNIQUE (url, kind, actor_id)
);
CREATE INDEX readings_of_host ON readings (host, due_at, id);
CREATE INDEX readings_of_actor ON readings (actor_id);
CREATE INDEX readings_of_share ON readings (share_id);

-- One row per host that something is to be read at: who asks it now, and until when it is left alone. So one look at one index
-- finds whom to ask, however much waits behind each.
CREATE TABLE reading_hosts (
    host TEXT NOT NULL PRIMARY KEY,
    due_at BIGINT NOT NULL,
    rests_until BIGINT NOT NULL,
    failures INTEGER NOT NULL,
    lease BIGINT,
    lease_until BIGINT
);
CREATE INDEX reading_hosts_due ON reading_hosts (due_at);
CREATE INDEX reading_hosts_leased ON reading_hosts (lease_until) WHERE lease_until IS NOT NULL;
