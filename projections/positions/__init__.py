"""What does a portfolio hold, and at which mark?

Fed by: portfolio.positions_imported, daily_valuation.snapshot_calculated,
    daily_valuation.snapshot_restated
Keyed by: position_id
Served at: GET /portfolios/{portfolio_id}/positions
Rebuild: from the first event
"""
