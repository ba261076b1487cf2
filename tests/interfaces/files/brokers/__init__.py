"""Specifications of the broker formats, one module a broker."""
