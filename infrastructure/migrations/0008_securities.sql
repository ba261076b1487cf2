-- The security master (spec 5.2): what each source knew of a symbol, and when. Append-only; a row
-- without a single fact says that the source was asked and knew nothing.

CREATE TABLE book.securities (
    row_id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    symbol         text NOT NULL CHECK (symbol <> ''),
    source         text NOT NULL,
    name           text,
    sector         text,
    industry       text,
    asset_type     text,
    beta           double precision,
    market_cap     bigint CHECK (market_cap > 0),
    dividend_yield double precision,
    learnt_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- The newest of each symbol and source comes first.
CREATE INDEX securities_newest ON book.securities (symbol, source, row_id DESC);

GRANT SELECT ON book.securities TO sigmasight_app;
GRANT INSERT (symbol, source, name, sector, industry, asset_type, beta, market_cap, dividend_yield)
    ON book.securities TO sigmasight_app;
