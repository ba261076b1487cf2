-- Files that people look at before they import them: kept for an hour, of the latest few of each,
-- and no truth about anything. `form` is what was typed beside the file, as JSON.
CREATE TABLE imports.kept_uploads (
    upload_id uuid PRIMARY KEY,
    owner_id uuid NOT NULL,
    file_name text NOT NULL,
    content bytea NOT NULL,
    form text NOT NULL,
    kept_at timestamptz NOT NULL
);

CREATE INDEX ON imports.kept_uploads (owner_id, kept_at);
CREATE INDEX ON imports.kept_uploads (kept_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON imports.kept_uploads TO sigmasight_app;
