"""What does a portfolio hold, and at which mark?

Fed by: portfolio.positions_imported, portfolio.import_reverted, portfolio.import_restored,
    portfolio.position_opened, portfolio.position_corrected, portfolio.position_closed,
    portfolio.position_removed, portfolio.option_expired,
    daily_valuation.snapshot_calculated, daily_valuation.snapshot_restated
Keyed by: position_id
Served at: GET /portfolios/{portfolio_id}/positions,
    GET /portfolios/{portfolio_id}/positions/{position_id}, GET /portfolios/{portfolio_id}/export
Rebuild: from the first event
"""
