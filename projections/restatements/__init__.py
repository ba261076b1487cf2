"""Which days were said again, what did that move, and what was the root of it?

Fed by: daily_valuation.snapshot_calculated, daily_valuation.snapshot_restated
Keyed by: portfolio_id, session, version
Served at: GET /audit/portfolios/{portfolio_id}/restatements,
    GET /audit/portfolios/{portfolio_id}/restatements/export,
    GET /audit/restatements, GET /audit/restatements/export
Rebuild: from the first event
"""
