"""What does a portfolio hold, and at which mark?

Fed by: portfolio.positions_imported, portfolio.import_reverted, portfolio.import_restored,
    daily_valuation.snapshot_calculated, daily_valuation.snapshot_restated
Keyed by: position_id
Served at: GET /portfolios/{portfolio_id}/positions, GET /portfolios/{portfolio_id}/export
Rebuild: from the first event
"""
