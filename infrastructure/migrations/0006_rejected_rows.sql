-- The rows that imports left out, as CSV to be mended and imported again. The event names the rows;
-- their texts, which are wrong by definition, stay out of the log.
CREATE SCHEMA imports;

CREATE TABLE imports.rejected_rows (
    import_id uuid PRIMARY KEY,
    csv text NOT NULL
);

GRANT USAGE ON SCHEMA imports TO sigmasight_app;
GRANT SELECT, INSERT ON imports.rejected_rows TO sigmasight_app;
