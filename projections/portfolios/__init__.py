"""Which accounts does a user have, and what are they worth?

Fed by: portfolio.opened, portfolio.positions_imported, daily_valuation.snapshot_calculated,
    daily_valuation.snapshot_restated
Keyed by: portfolio_id
Served at: GET /portfolios, GET /portfolios/{portfolio_id}
Rebuild: from the first event
"""
