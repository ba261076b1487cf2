"""Measures of risk and model prices: one module per family, pure NumPy (spec 6)."""
