-- The event tables are the eventsourcing library's (created just before this file runs); here is
-- who may touch them and the one function that inserts. It takes the lock that makes the order of
-- notification ids the order of commits, so that a reader never passes over an event.

GRANT USAGE ON SCHEMA events TO sigmasight_app;
GRANT SELECT ON events.stored_events TO sigmasight_app;

CREATE FUNCTION events.record_events(ids uuid[], versions bigint[], topics text[], states bytea[])
RETURNS bigint[]
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = events, pg_temp
AS $$
DECLARE
    positions bigint[];
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
    PERFORM pg_notify('events', positions[array_upper(positions, 1)]::text);
    RETURN positions;
END;
$$;

REVOKE ALL ON FUNCTION events.record_events FROM PUBLIC;
GRANT EXECUTE ON FUNCTION events.record_events TO sigmasight_app;
