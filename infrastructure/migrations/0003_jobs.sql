-- The queue's tables are procrastinate's (created just before this file runs). The application's
-- role defers, fetches and finishes jobs.

GRANT USAGE ON SCHEMA jobs TO sigmasight_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA jobs TO sigmasight_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA jobs TO sigmasight_app;
