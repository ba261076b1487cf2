"""How much happened on each day, and how did it end?

Fed by: user.registered, portfolio.positions_imported, portfolio.import_reverted,
    calculation_run.completed, calculation_run.failed, calculation_run.abandoned,
    calculation_run.phase_completed, daily_valuation.snapshot_calculated,
    daily_valuation.snapshot_restated
Keyed by: day, what, outcome, code
Served at: GET /metrics, GET /admin/monitoring
Rebuild: from the first event
"""
