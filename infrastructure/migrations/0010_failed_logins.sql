-- Failed attempts to sign in, of the last minutes, counted for all processes together. Who it was is
-- kept as a keyed digest, so that neither addresses nor names are here.

CREATE TABLE credentials.failed_logins (
    subject   bytea NOT NULL,
    failed_at timestamptz NOT NULL
);
CREATE INDEX failed_logins_of_subject ON credentials.failed_logins (subject, failed_at DESC);
CREATE INDEX failed_logins_oldest ON credentials.failed_logins (failed_at);
GRANT SELECT, INSERT, DELETE ON credentials.failed_logins TO sigmasight_app;
