"""Where does a calculation stand, and how did earlier ones end?

Fed by: calculation_run.requested, calculation_run.started, calculation_run.portfolios_left_out,
    calculation_run.fanned_out, calculation_run.part_ended, calculation_run.phase_started,
    calculation_run.phase_completed, calculation_run.completed, calculation_run.failed,
    calculation_run.abandoned, daily_valuation.snapshot_calculated,
    daily_valuation.snapshot_restated
Keyed by: run_id
Served at: GET /portfolio/{portfolio_id}/batch-status/{run_id},
    GET /portfolio/{portfolio_id}/batch-status/{run_id}/events,
    GET /portfolio/{portfolio_id}/batch-status/{run_id}/log, GET /portfolios/{portfolio_id}/runs,
    GET /admin/batch/runs, GET /admin/batch/runs/current, GET /admin/batch/runs/{run_id},
    GET /admin/batch/summary
Rebuild: from the first event
"""
