"""Tests: the HTTP API."""
