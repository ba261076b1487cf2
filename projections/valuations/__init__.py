"""What was an account worth at the close of each session, and why did it change?

Fed by: daily_valuation.snapshot_calculated, daily_valuation.snapshot_restated
Keyed by: portfolio_id, session
Served at: GET /analytics/portfolio/{portfolio_id}/valuations,
    GET /analytics/portfolio/{portfolio_id}/valuations/{session},
    GET /analytics/portfolio/{portfolio_id}/overview,
    GET /analytics/portfolio/{portfolio_id}/export
Rebuild: from the first event
"""
