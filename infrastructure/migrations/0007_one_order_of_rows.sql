-- Closes and corporate actions draw their row ids from one sequence, so that one number says what a
-- valuation knew of the price book, and what was learnt since (spec 5.2).

ALTER TABLE book.corporate_actions ALTER COLUMN row_id DROP IDENTITY;
ALTER TABLE book.corporate_actions
    ALTER COLUMN row_id SET DEFAULT nextval('book.closes_row_id_seq');

GRANT USAGE ON SEQUENCE book.closes_row_id_seq TO sigmasight_app;

-- What was learnt since a row: an index whose tail is all that is read.
CREATE INDEX closes_learnt ON book.closes (market, row_id);
CREATE INDEX corporate_actions_learnt ON book.corporate_actions (market, row_id);
