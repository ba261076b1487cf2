-- The answers given to commands under an Idempotency-Key, to be given again for a day (spec 4.2).
-- Neither keys nor answers can be read here: a key is kept as a digest, an answer sealed with a key
-- that follows from it. The position is that of an event, or where there is none that of the log.
CREATE SCHEMA answers;

CREATE TABLE answers.first_answers (
    user_id        uuid NOT NULL,
    key_digest     bytea NOT NULL,
    request_digest bytea NOT NULL,
    attempt_id     uuid NOT NULL,
    status         integer NOT NULL,
    sealed         bytea NOT NULL,
    event_stream   uuid,
    event_version  bigint,
    log_position   bigint NOT NULL,
    answered_at    timestamptz NOT NULL,
    PRIMARY KEY (user_id, key_digest)
);

CREATE INDEX first_answers_oldest ON answers.first_answers (answered_at);

GRANT USAGE ON SCHEMA answers TO sigmasight_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON answers.first_answers TO sigmasight_app;
