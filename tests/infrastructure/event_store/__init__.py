"""Tests: the event store."""
