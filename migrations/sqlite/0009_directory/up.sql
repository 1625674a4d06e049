-- What labs say of themselves, those of others too, and what the directory looks through (decision 0010). One narrow row for each
-- lab: every filter and every order is one look at it. Days are text (2026-09-01), instants milliseconds.
CREATE TABLE profiles (
    actor_id BIGINT NOT NULL PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
    listed BOOLEAN NOT NULL,
    local BOOLEAN NOT NULL,
    host TEXT NOT NULL,
    organisation TEXT,
    sort_name TEXT NOT NULL,
    words TEXT NOT NULL,
    begun_at BIGINT NOT NULL,
    active_at BIGINT NOT NULL,
    kind TEXT,
    state TEXT NOT NULL,
    place TEXT NOT NULL,
    place_key TEXT NOT NULL,
    visits BOOLEAN NOT NULL,
    questions BOOLEAN NOT NULL,
    joint_work BOOLEAN NOT NULL,
    mandate TEXT NOT NULL,
    founded TEXT,
    ended TEXT,
    successor TEXT
);
CREATE INDEX profiles_by_activity ON profiles (listed, active_at, actor_id);
CREATE INDEX profiles_by_name ON profiles (listed, sort_name, actor_id);
CREATE INDEX profiles_by_beginning ON profiles (listed, begun_at, actor_id);
CREATE INDEX profiles_of_host ON profiles (host);
CREATE INDEX profiles_of_organisation ON profiles (organisation);
CREATE INDEX profiles_by_place ON profiles (place_key);

CREATE TABLE profile_languages (
    actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    language TEXT NOT NULL,
    PRIMARY KEY (actor_id, language)
);
CREATE INDEX profile_languages_by_language ON profile_languages (language, actor_id);

-- Themes: ours have a slug; those of others are kept as they were told, and may meet one of ours.
CREATE TABLE themes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uri TEXT NOT NULL UNIQUE,
    slug TEXT UNIQUE,
    label_nl TEXT NOT NULL,
    label_en TEXT NOT NULL,
    same_as TEXT NOT NULL,
    meets_id BIGINT REFERENCES themes (id) ON DELETE SET NULL
);
CREATE INDEX themes_that_meet ON themes (meets_id);

-- What a lab works on: the theme as the lab named it, and the one it is shown under here.
CREATE TABLE profile_themes (
    actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    theme_id BIGINT NOT NULL REFERENCES themes (id) ON DELETE CASCADE,
    shown_id BIGINT NOT NULL REFERENCES themes (id) ON DELETE CASCADE,
    PRIMARY KEY (actor_id, theme_id)
);
CREATE INDEX profile_themes_shown ON profile_themes (shown_id, actor_id);
CREATE INDEX profile_themes_by_theme ON profile_themes (theme_id);

-- What organisations say that they are.
CREATE TABLE organisations (
    actor_id BIGINT NOT NULL PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
    kind TEXT,
    tooi TEXT
);
CREATE INDEX organisations_by_kind ON organisations (kind);

CREATE INDEX memberships_of_lab ON memberships (lab_id);

INSERT INTO profiles (actor_id, listed, local, host, organisation, sort_name, words, begun_at, active_at, kind, state, place,
        place_key, visits, questions, joint_work, mandate)
    SELECT actors.id, actors.gone_at IS NULL, actors.local, actors.host, actors.parent, lower(actors.name),
        lower(actors.name) || ' ' || lower(actors.handle) || '@' || actors.host, actors.created_at,
        COALESCE((SELECT MAX(published_at) FROM shares WHERE shares.lab_id = actors.id), 0), labs.kind, 'active', '', '',
        FALSE, FALSE, FALSE, ''
    FROM actors LEFT JOIN labs ON labs.actor_id = actors.id WHERE actors.kind = 'lab';
