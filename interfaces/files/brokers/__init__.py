"""Broker exports as they are: one module a broker, one small interface (spec 3.6, 03b)."""
