"""What was recorded, in order: of what, by whom, when, on account of what, and whose is it?

Fed by: every event
Keyed by: position
Served at: GET /audit/events, GET /audit/events/stream, GET /admin/audit
Rebuild: from the first event
"""
