"""What was imported into a portfolio, and what did it assume?

Fed by: portfolio.positions_imported, portfolio.import_reverted, portfolio.import_restored
Keyed by: import_id
Served at: GET /portfolios/{portfolio_id}/imports,
    GET /portfolios/{portfolio_id}/imports/{import_id}
Rebuild: from the first event
"""
