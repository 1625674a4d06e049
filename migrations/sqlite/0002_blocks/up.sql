-- Whom we have nothing to do with: a host with its subdomains, or one actor. The subject is in its canonical form, so that one
-- look at the primary key finds whatever covers an address.
CREATE TABLE blocks (
    subject TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    reason TEXT,
    since BIGINT NOT NULL
);
