-- Rooms are built anew beside the live ones: the application makes, fills and drops their tables in
-- a schema of its own, and moves each into the schema of the rooms when it is complete. What is asked
-- for, how far it is and how it ended stands in one table for all processes (projections/rebuild_record.py).

CREATE SCHEMA rooms_anew AUTHORIZATION sigmasight_app;

CREATE SCHEMA upkeep;

CREATE TABLE upkeep.rebuilds (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    room       text NOT NULL,
    version    bigint NOT NULL,
    asked_by   uuid,
    asked_at   timestamptz NOT NULL DEFAULT now(),
    attempts   integer NOT NULL DEFAULT 0,
    begun_at   timestamptz,
    told_at    timestamptz,
    position   bigint NOT NULL DEFAULT 0,
    goal       bigint NOT NULL DEFAULT 0,
    events     bigint NOT NULL DEFAULT 0,
    ended_at   timestamptz,
    error      text,
    rows       bigint,
    rows_live  bigint,
    differing  bigint
);

CREATE UNIQUE INDEX rebuilds_under_way ON upkeep.rebuilds (room) WHERE ended_at IS NULL;
CREATE INDEX rebuilds_of_room ON upkeep.rebuilds (room, id);

GRANT USAGE ON SCHEMA upkeep TO sigmasight_app;
GRANT SELECT, INSERT, UPDATE ON upkeep.rebuilds TO sigmasight_app;
