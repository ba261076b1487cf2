"""How does a symbol move, by itself and with factors, whoever holds it?

Fed by: symbol_analysis.measured
Keyed by: market, session, symbol
Served at: GET /analytics/portfolio/{portfolio_id}/positions/factor-exposures
Rebuild: from the first event
"""
