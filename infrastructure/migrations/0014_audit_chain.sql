-- Each event of the log is a link of a chain: the digest of the link before it and of its own stored
-- bytes (application/audit.py says which). Links come into being in the transaction that records the
-- event, in the one function that inserts events; nobody but the owner can write them otherwise.
-- Checkpoints are links that were signed: appended by the application, never changed by it.

CREATE SCHEMA audit;

CREATE TABLE audit.chain (
    position bigint PRIMARY KEY,
    hash bytea NOT NULL
);

CREATE TABLE audit.checkpoints (
    position bigint PRIMARY KEY,
    hash bytea NOT NULL,
    signed_at timestamptz NOT NULL,
    public_key bytea NOT NULL,
    signature bytea NOT NULL
);

CREATE FUNCTION audit.link(
    before bytea, "position" bigint, stream uuid, version bigint, topic text, state bytea
)
RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha256(
    before || int8send("position") || uuid_send(stream) || int8send(version)
    || int4send(octet_length(topic)) || convert_to(topic, 'UTF8') || state
);

CREATE FUNCTION audit.head()
RETURNS bytea
LANGUAGE sql STABLE
RETURN coalesce(
    (SELECT hash FROM audit.chain ORDER BY position DESC LIMIT 1), decode(repeat('00', 32), 'hex')
);

DO $$
DECLARE
    event record;
    hash bytea := audit.head();
BEGIN
    FOR event IN SELECT * FROM events.stored_events ORDER BY notification_id LOOP
        hash := audit.link(hash, event.notification_id, event.originator_id,
                           event.originator_version, event.topic, event.state);
        INSERT INTO audit.chain VALUES (event.notification_id, hash);
    END LOOP;
END;
$$;

CREATE OR REPLACE FUNCTION events.record_events(
    ids uuid[], versions bigint[], topics text[], states bytea[]
)
RETURNS bigint[]
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = events, pg_temp
AS $$
DECLARE
    positions bigint[];
    hashes bytea[];
    hash bytea;
BEGIN
    SET LOCAL lock_timeout = '5s';
    LOCK TABLE events.stored_events IN EXCLUSIVE MODE;
    WITH inserted AS (
        INSERT INTO events.stored_events (originator_id, originator_version, topic, state)
        SELECT id, version, topic, state
        FROM unnest(ids, versions, topics, states) WITH ORDINALITY
             AS given (id, version, topic, state, nth)
        ORDER BY nth
        RETURNING notification_id
    )
    SELECT array_agg(notification_id ORDER BY notification_id) INTO positions FROM inserted;
    hash := audit.head();
    FOR nth IN 1 .. cardinality(positions) LOOP
        hash := audit.link(
            hash, positions[nth], ids[nth], versions[nth], topics[nth], states[nth]
        );
        hashes[nth] := hash;
    END LOOP;
    INSERT INTO audit.chain SELECT * FROM unnest(positions, hashes);
    PERFORM pg_notify('events', positions[array_upper(positions, 1)]::text);
    RETURN positions;
END;
$$;

REVOKE ALL ON FUNCTION audit.link, audit.head FROM PUBLIC;
GRANT USAGE ON SCHEMA audit TO sigmasight_app;
GRANT SELECT ON audit.chain TO sigmasight_app;
GRANT SELECT, INSERT ON audit.checkpoints TO sigmasight_app;
