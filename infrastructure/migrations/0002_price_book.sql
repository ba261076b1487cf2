-- The price book (spec 5.2): what was learnt of closes and corporate actions, and when. A provider
-- that later says otherwise adds a row; the application's role can neither change nor remove one,
-- nor say itself when something was learnt.

CREATE SCHEMA book;

CREATE TABLE book.sessions (
    session date PRIMARY KEY
);

CREATE TABLE book.closes (
    row_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    market    text NOT NULL CHECK (market IN ('live', 'sample')),
    symbol    text NOT NULL CHECK (symbol <> ''),
    session   date NOT NULL REFERENCES book.sessions,
    -- NaN counts as greater than infinity here, so the second bound refuses both.
    close     numeric NOT NULL CHECK (close > 0 AND close < 'Infinity'),
    source    text NOT NULL,
    learnt_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- numeric(20,6) would round silently where this refuses.
    CHECK (scale(trim_scale(close)) <= 6)
);

CREATE TABLE book.corporate_actions (
    row_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    market    text NOT NULL CHECK (market IN ('live', 'sample')),
    symbol    text NOT NULL CHECK (symbol <> ''),
    ex_on     date NOT NULL,
    kind      text NOT NULL CHECK (kind IN ('split', 'dividend')),
    value     numeric NOT NULL CHECK (value > 0 AND value < 'Infinity'),
    source    text NOT NULL,
    learnt_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- The newest known of each (market, symbol, day) comes first.
CREATE INDEX closes_newest ON book.closes (market, symbol, session, row_id DESC);
CREATE INDEX corporate_actions_newest
    ON book.corporate_actions (market, symbol, ex_on, kind, row_id DESC);

GRANT USAGE ON SCHEMA book TO sigmasight_app;
GRANT SELECT ON ALL TABLES IN SCHEMA book TO sigmasight_app;
GRANT INSERT ON book.sessions TO sigmasight_app;
GRANT INSERT (market, symbol, session, close, source) ON book.closes TO sigmasight_app;
GRANT INSERT (market, symbol, ex_on, kind, value, source)
    ON book.corporate_actions TO sigmasight_app;
