-- Password hashes live here and never in an event.

CREATE SCHEMA credentials;
CREATE TABLE credentials.passwords (
    user_id    uuid PRIMARY KEY,
    hash       text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
);
GRANT USAGE ON SCHEMA credentials TO sigmasight_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON credentials.passwords TO sigmasight_app;
