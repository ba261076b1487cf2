"""The EventLog on eventsourcing 9.5 and PostgreSQL: the only imports of that library (spec 01b).

`topics` names every event class, `mapper` turns events into stored JSON and back, `upcasts` turns
those of earlier versions into the next, `sealing` encrypts personal fields with what
`personal_keys` keeps. `recorder` inserts by one database function, `group_commit` lets concurrent
saves share a transaction, `recent_saves` are read without asking, `event_log` is the port the use
cases see.
"""
