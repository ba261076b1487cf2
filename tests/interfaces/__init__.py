"""Tests: interfaces."""
