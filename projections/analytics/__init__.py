"""What does a portfolio risk, by what was measured at the close of a session?

Fed by: risk_analysis.analyzed
Keyed by: portfolio_id, session
Served at: GET /analytics/portfolio/{portfolio_id}/{measure}
Rebuild: from the first event
"""
