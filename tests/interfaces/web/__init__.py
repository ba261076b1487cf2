"""Tests: the pages."""
