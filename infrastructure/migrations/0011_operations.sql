-- What operators look at: which steps were applied, and what is counted beside the log.

GRANT USAGE ON SCHEMA migrations TO sigmasight_app;
GRANT SELECT ON migrations.applied TO sigmasight_app;

CREATE SCHEMA operations;

-- How often something ended in some way on a day (UTC), and how long that took together.
CREATE TABLE operations.tallies (
    counted_on date NOT NULL,
    what text NOT NULL,
    outcome text NOT NULL,
    code text NOT NULL,
    times bigint NOT NULL,
    seconds double precision NOT NULL,
    PRIMARY KEY (counted_on, what, outcome, code)
);

GRANT USAGE ON SCHEMA operations TO sigmasight_app;
GRANT SELECT, INSERT, UPDATE ON operations.tallies TO sigmasight_app;
