-- The key that a user's personal fields are sealed with in events. Unlike the events it can be
-- destroyed, which makes them unreadable for ever.

CREATE TABLE credentials.personal_keys (
    user_id uuid PRIMARY KEY,
    key     bytea NOT NULL CHECK (octet_length(key) = 32)
);
GRANT SELECT, INSERT, DELETE ON credentials.personal_keys TO sigmasight_app;
