"""Tests: domain/risk."""
