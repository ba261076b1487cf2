"""Which accounts does a user have, and what are they worth?

Fed by: portfolio.opened, portfolio.opening_corrected, portfolio.renamed, portfolio.described,
    portfolio.account_type_changed, portfolio.archived, portfolio.corporate_action_entered,
    portfolio.positions_imported, portfolio.import_reverted, portfolio.import_restored,
    portfolio.position_opened, portfolio.position_corrected, portfolio.position_closed,
    portfolio.position_removed, portfolio.option_expired, portfolio.position_revalued,
    portfolio.capital_contributed, portfolio.capital_withdrawn, portfolio.cash_flow_reverted,
    daily_valuation.snapshot_calculated, daily_valuation.snapshot_restated,
    calculation_run.found_in_order
Keyed by: portfolio_id
Served at: GET /portfolios, GET /portfolios/{portfolio_id}
Rebuild: from the first event
"""
