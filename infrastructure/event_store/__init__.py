"""The EventLog on eventsourcing 9.5 and PostgreSQL: the only imports of that library (spec 01b).

`topics` names every event class, `mapper` turns events into stored JSON and back, `recorder`
inserts them by one database function, `group_commit` lets concurrent saves share a transaction,
`event_log` is the port the use cases see.
"""
