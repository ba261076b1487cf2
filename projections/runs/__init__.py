"""Where does a calculation stand, and how did earlier ones end?

Fed by: calculation_run.requested, calculation_run.started, calculation_run.phase_started,
    calculation_run.phase_completed, calculation_run.completed, calculation_run.failed,
    calculation_run.abandoned, daily_valuation.snapshot_calculated
Keyed by: run_id
Served at: GET /portfolio/{portfolio_id}/batch-status/{run_id}
Rebuild: from the first event
"""
