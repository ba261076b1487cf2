"""Specification of reading position files."""
