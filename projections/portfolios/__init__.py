"""Which accounts does a user have, and what are they worth?

Fed by: portfolio.opened, portfolio.positions_imported, portfolio.import_reverted,
    portfolio.import_restored, daily_valuation.snapshot_calculated,
    daily_valuation.snapshot_restated
Keyed by: portfolio_id
Served at: GET /portfolios, GET /portfolios/{portfolio_id}
Rebuild: from the first event
"""
