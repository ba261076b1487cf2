"""Which splits and dividends did the owner enter?

Fed by: portfolio.corporate_action_entered
Keyed by: portfolio_id, symbol, ex_on, kind
Served at: GET /portfolios/{portfolio_id}/corporate-actions
Rebuild: from the first event
"""
