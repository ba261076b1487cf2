"""What did the owner pay in and take out?

Fed by: portfolio.capital_contributed, portfolio.capital_withdrawn, portfolio.cash_flow_reverted
Keyed by: flow_id
Served at: GET /portfolios/{portfolio_id}/cash-flows,
    GET /portfolios/{portfolio_id}/cash-flows/summary
Rebuild: from the first event
"""
